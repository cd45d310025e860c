using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Math4AI.LinearAlgebra;

namespace Math4AI.Fitting.Formulas;

/// <summary>
/// A formula compiled to a list of operations on blocks of samples that stay in the cache: a sweep forward gives the
/// values, a sweep back ∂f/∂θ of every sample at once, at about twice the cost of the values however many parameters
/// there are. Where a derivative comes out as no finite number, <see cref="PointDerivative"/> has the last word.
/// Source: A. Griewank and A. Walther, "Evaluating Derivatives", 2nd ed., chapter 3.
/// </summary>
internal sealed class FormulaKernel
{
    private const int MaxBlockLength = 256;

    // A formula of many operations takes shorter blocks, so that these still fit the cache.
    private const int MaxWorkspace = 1 << 18;
    private const int MinBlockLength = 16;

    private readonly FormulaOperation[] operations;
    private readonly int blockLength;
    private readonly int parameterCount;
    private readonly ConcurrentBag<double[]> workspaces = [];

    public FormulaKernel(Expression expression, IReadOnlyList<string> inputs, IReadOnlyList<string> parameters)
    {
        operations = FormulaOperation.Compile(expression, inputs, parameters);
        parameterCount = parameters.Count;
        blockLength = Math.Clamp(MaxWorkspace / (2 * operations.Length), MinBlockLength, MaxBlockLength);
    }

    /// <summary>f of every sample, and ∂f/∂θ where asked for.</summary>
    /// <param name="columns">The inputs, samples × inputs, column after column.</param>
    /// <param name="samples">The number of samples.</param>
    /// <param name="theta">θ.</param>
    /// <param name="values">f, one number a sample.</param>
    /// <param name="jacobian">samples × parameters, column after column; empty if it is not asked for.</param>
    public void Evaluate(
        ReadOnlySpan<double> columns, int samples, ReadOnlySpan<double> theta, Span<double> values,
        Span<double> jacobian)
    {
        if (!workspaces.TryTake(out double[]? workspace))
        {
            workspace = new double[2 * operations.Length * blockLength];
        }

        jacobian.Clear();
        PointDerivative? point = null;
        for (int start = 0; start < samples; start += blockLength)
        {
            int count = Math.Min(blockLength, samples - start);
            Forward(columns, samples, start, count, theta, workspace);
            Register(workspace, operations.Length - 1, count).CopyTo(values[start..]);
            if (!jacobian.IsEmpty && !Back(samples, start, count, workspace, jacobian))
            {
                point ??= new PointDerivative(operations, parameterCount);
                Correct(point, columns, samples, start, count, theta, values, jacobian);
            }
        }

        workspaces.Add(workspace);
    }

    /// <summary>
    /// Names the part that is not finite for one sample, such as "derivative of sqrt(k - x) by k"; null if all is
    /// finite.
    /// </summary>
    /// <param name="row">The inputs of a sample.</param>
    /// <param name="theta">θ.</param>
    public string? Explain(ReadOnlySpan<double> row, ReadOnlySpan<double> theta) =>
        new PointDerivative(operations, parameterCount).Explain(row, theta);

    /// <summary>Recomputes derivatives that are not finite although the value is.</summary>
    private void Correct(
        PointDerivative point,
        ReadOnlySpan<double> columns,
        int samples,
        int start,
        int count,
        ReadOnlySpan<double> theta,
        ReadOnlySpan<double> values,
        Span<double> jacobian)
    {
        double[] row = new double[columns.Length / samples];
        for (int sample = start; sample < start + count; sample++)
        {
            bool isBad = false;
            for (int j = 0; j < parameterCount; j++)
            {
                isBad |= !double.IsFinite(jacobian[j * samples + sample]);
            }

            if (!isBad || !double.IsFinite(values[sample]))
            {
                continue;
            }

            for (int i = 0; i < row.Length; i++)
            {
                row[i] = columns[i * samples + sample];
            }

            double[] gradient = point.Differentiate(row, theta);
            for (int j = 0; j < parameterCount; j++)
            {
                jacobian[j * samples + sample] = gradient[j];
            }
        }
    }

    private Span<double> Register(double[] workspace, int index, int count) =>
        workspace.AsSpan(index * blockLength, count);

    private Span<double> Adjoint(double[] workspace, int index, int count) =>
        workspace.AsSpan((operations.Length + index) * blockLength, count);

    private void Forward(
        ReadOnlySpan<double> columns, int samples, int start, int count, ReadOnlySpan<double> theta, double[] workspace)
    {
        for (int index = 0; index < operations.Length; index++)
        {
            FormulaOperation operation = operations[index];
            Span<double> value = Register(workspace, index, count);
            if (operation.Input >= 0)
            {
                columns.Slice(operation.Input * samples + start, count).CopyTo(value);
            }
            else if (operation.Left < 0)
            {
                value.Fill(operation.Parameter >= 0 ? theta[operation.Parameter] : operation.Constant);
            }
            else
            {
                ReadOnlySpan<double> left = Register(workspace, operation.Left, count);
                ReadOnlySpan<double> right = operation.Right < 0 ? left : Register(workspace, operation.Right, count);
                ReadOnlySpan<double> condition = operation.Condition < 0
                    ? left
                    : Register(workspace, operation.Condition, count);
                BlockOperations.Apply(operation, condition, left, right, value);
            }
        }
    }

    /// <summary>The derivatives of a block; false if one of them is not finite.</summary>
    private bool Back(int samples, int start, int count, double[] workspace, Span<double> jacobian)
    {
        bool isFinite = true;
        Array.Clear(workspace, operations.Length * blockLength, operations.Length * blockLength);
        Adjoint(workspace, operations.Length - 1, count).Fill(1.0);
        for (int index = operations.Length - 1; index >= 0; index--)
        {
            FormulaOperation operation = operations[index];
            if (!operation.Depends)
            {
                continue;
            }

            ReadOnlySpan<double> adjoint = Adjoint(workspace, index, count);
            if (operation.Parameter >= 0)
            {
                isFinite &= TensorPrimitives.IsFiniteAll(adjoint);
                adjoint.CopyTo(jacobian.Slice(operation.Parameter * samples + start, count));
                continue;
            }

            ReadOnlySpan<double> value = Register(workspace, index, count);
            ReadOnlySpan<double> left = Register(workspace, operation.Left, count);
            ReadOnlySpan<double> right = operation.Right < 0 ? left : Register(workspace, operation.Right, count);
            ReadOnlySpan<double> condition = operation.Condition < 0
                ? left
                : Register(workspace, operation.Condition, count);
            if (operations[operation.Left].Depends)
            {
                BlockOperations.AddLeft(
                    operation, condition, left, right, value, adjoint, Adjoint(workspace, operation.Left, count));
            }

            if (operation.Right >= 0 && operations[operation.Right].Depends)
            {
                BlockOperations.AddRight(
                    operation, condition, left, right, value, adjoint, Adjoint(workspace, operation.Right, count));
            }
        }

        return isFinite;
    }
}
