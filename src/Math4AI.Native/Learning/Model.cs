using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace Math4AI.Learning;

/// <summary>A model y = f(x, θ): one number for every sample x, from parameters θ, with exact derivatives.</summary>
public abstract class Model
{
    /// <summary>The names of θ, in order.</summary>
    public abstract IReadOnlyList<string> ParameterNames { get; }

    /// <summary>The names of the columns of x, in order.</summary>
    public abstract IReadOnlyList<string> InputNames { get; }

    /// <summary>A model from a formula, such as <c>b1*(1-exp(-b2*x))</c>.</summary>
    /// <param name="formula">The formula; what stands left of <c>~</c> is not used here.</param>
    /// <param name="inputs">The names of the columns of x; every other name is a parameter.</param>
    /// <exception cref="FormulaException">The formula cannot be read.</exception>
    /// <exception cref="ArgumentException">It holds no parameter.</exception>
    public static Model FromFormula(string formula, params IReadOnlyList<string> inputs) =>
        FromFormula(Formula.Parse(formula), inputs);

    /// <summary>A model from a formula.</summary>
    /// <param name="formula">The formula; its response is not used here.</param>
    /// <param name="inputs">The names of the columns of x; every other name is a parameter.</param>
    /// <exception cref="ArgumentException">It holds no parameter.</exception>
    public static Model FromFormula(Formula formula, IReadOnlyList<string> inputs)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(inputs);
        return new FormulaModel(formula, inputs);
    }

    /// <summary>A model from a function of tensors.</summary>
    /// <param name="inputs">The names of the columns of x.</param>
    /// <param name="parameters">The names of θ.</param>
    /// <param name="function">
    /// f of columns of x and of parameters, each a tensor of float64; what it gives for a sample may depend on that sample
    /// alone.
    /// </param>
    public static Model Of(
        IReadOnlyList<string> inputs, IReadOnlyList<string> parameters, Func<TensorColumns, TensorColumns, Tensor> function)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(function);
        return new TensorModel(inputs, parameters, function);
    }

    /// <summary>f of every sample.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="parameters">θ.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together.</exception>
    public Vector<double> Evaluate(Matrix<double> inputs, Vector<double> parameters)
    {
        Check(inputs, parameters);
        Vector<double> values = Vector<double>.Build.Dense(inputs.RowCount);
        Evaluate(inputs, parameters.ToArray(), values.AsArray(), []);
        return values;
    }

    /// <summary>∂f/∂θ of every sample, samples × parameters.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="parameters">θ.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together.</exception>
    public Matrix<double> Jacobian(Matrix<double> inputs, Vector<double> parameters)
    {
        Check(inputs, parameters);
        double[] jacobian = new double[checked(inputs.RowCount * ParameterNames.Count)];
        Evaluate(inputs, parameters.ToArray(), new double[inputs.RowCount], jacobian);
        return Matrix<double>.Build.Dense(inputs.RowCount, ParameterNames.Count, jacobian);
    }

    /// <summary>f and, where asked for, ∂f/∂θ.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <param name="parameters">θ.</param>
    /// <param name="values">One number a sample.</param>
    /// <param name="jacobian">samples × parameters, column after column; empty where it is not asked for.</param>
    internal abstract void Evaluate(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian);

    private void Check(Matrix<double> inputs, Vector<double> parameters)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(parameters);
        if (inputs.ColumnCount != InputNames.Count || parameters.Count != ParameterNames.Count)
        {
            throw new ArgumentException(
                $"The model takes {InputNames.Count} inputs and {ParameterNames.Count} parameters; there are "
                + $"{inputs.ColumnCount} and {parameters.Count}.");
        }
    }
}
