using Math4AI.Fitting.Formulas;
using Math4AI.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Models;

/// <summary>A model from formulas, one for each output, by their compiled kernels.</summary>
internal sealed class FormulaModel : Model
{
    private readonly FormulaKernel[] kernels;

    public FormulaModel(Formula formula, IReadOnlyList<string> inputs)
    {
        InputNames = inputs;
        FormulaText = formula.Text;
        ParameterNames = formula.ParametersBeside([.. inputs]);
        if (ParameterNames.Count == 0)
        {
            throw new ArgumentException($"The formula '{formula.Text}' has no parameters to fit: every name in it is a column.");
        }

        Expressions = formula.Outputs;
        kernels = [.. formula.Outputs.Select(output => new FormulaKernel(output, inputs, ParameterNames))];
    }

    public override IReadOnlyList<string> ParameterNames { get; }

    public override IReadOnlyList<string> InputNames { get; }

    public override string? FormulaText { get; }

    internal override IReadOnlyList<Expression> Expressions { get; }

    public override int Outputs => kernels.Length;

    private protected override string? WhatIsNotFinite(double[] row, double[] parameters, int output) =>
        kernels[output].Explain(row, parameters);

    public override void Evaluate(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian)
    {
        double[] columns = inputs.AsColumnMajorArray() ?? inputs.ToColumnMajorArray();
        int samples = inputs.RowCount, rows = samples * Outputs;
        if (Outputs == 1)
        {
            kernels[0].Evaluate(columns, samples, parameters, values, jacobian);
            return;
        }

        double[] ofOne = jacobian.IsEmpty ? [] : new double[samples * ParameterNames.Count];
        for (int output = 0; output < Outputs; output++)
        {
            kernels[output].Evaluate(columns, samples, parameters, values.Slice(output * samples, samples), ofOne);
            for (int j = 0; j < ParameterNames.Count && ofOne.Length > 0; j++)
            {
                ofOne.AsSpan(j * samples, samples).CopyTo(jacobian[(j * rows + output * samples)..]);
            }
        }
    }
}
