using Math4AI.Fitting.Formulas;
using Math4AI.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Models;

/// <summary>A model from formulas, one for each output, by their compiled kernels.</summary>
internal sealed class FormulaModel : Model
{
    private readonly FormulaKernel[] kernels;
    private readonly Lazy<FormulaKernel[]> ofInputs;

    public FormulaModel(Formula formula, IReadOnlyList<string> inputs)
    {
        InputNames = inputs;
        Text = new ModelText(formula.Text);
        FormulaText = formula.Text;
        ParameterNames = formula.ParametersBeside([.. inputs]);
        if (ParameterNames.Count == 0)
        {
            throw new ArgumentException(
                $"The formula '{formula.Text}' has no parameters to fit: every name in it is a column.");
        }

        Expressions = formula.Outputs;
        kernels = [.. formula.Outputs.Select(output => new FormulaKernel(output, inputs, ParameterNames))];
        ofInputs = new Lazy<FormulaKernel[]>(
            () => [.. formula.Outputs.Select(
                output => new FormulaKernel(output, inputs, [.. ParameterNames, .. inputs]))]);
    }

    public override bool HasInputJacobian => true;

    public override IReadOnlyList<string> ParameterNames { get; }

    public override IReadOnlyList<string> InputNames { get; }

    public override string? FormulaText { get; }

    internal override IReadOnlyList<Expression> Expressions { get; }

    public override int Outputs => kernels.Length;

    internal override ModelText Text { get; }

    public override void Evaluate(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian)
    {
        double[] columns = inputs.AsColumnMajorArray() ?? inputs.ToColumnMajorArray();
        if (Outputs == 1)
        {
            kernels[0].Evaluate(columns, inputs.RowCount, parameters, values, jacobian);
            return;
        }

        EvaluateEach(kernels, columns, inputs.RowCount, parameters, values, jacobian, ParameterNames.Count, 0);
    }

    public override void InputJacobian(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian)
    {
        double[] columns = inputs.AsColumnMajorArray() ?? inputs.ToColumnMajorArray();
        int count = ParameterNames.Count + InputNames.Count;
        EvaluateEach(
            ofInputs.Value, columns, inputs.RowCount, [.. parameters, .. new double[InputNames.Count]], values,
            jacobian, count, ParameterNames.Count);
    }

    /// <summary>Evaluates each output, and passes on its derivatives from the first that is wanted on.</summary>
    public static void EvaluateEach(
        FormulaKernel[] kernels,
        double[] columns,
        int samples,
        ReadOnlySpan<double> parameters,
        Span<double> values,
        Span<double> jacobian,
        int count,
        int first)
    {
        int rows = samples * kernels.Length;
        double[] ofOne = jacobian.IsEmpty ? [] : new double[samples * count];
        for (int output = 0; output < kernels.Length; output++)
        {
            kernels[output].Evaluate(columns, samples, parameters, values.Slice(output * samples, samples), ofOne);
            for (int j = first; j < count && ofOne.Length > 0; j++)
            {
                ofOne.AsSpan(j * samples, samples).CopyTo(jacobian[((j - first) * rows + output * samples)..]);
            }
        }
    }

    private protected override string? WhatIsNotFinite(double[] row, double[] parameters, int output) =>
        kernels[output].Explain(row, parameters);
}
