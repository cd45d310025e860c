using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Learning;

/// <summary>A model from a formula, by its compiled kernel.</summary>
internal sealed class FormulaModel : Model
{
    private readonly FormulaKernel kernel;

    public FormulaModel(Formula formula, IReadOnlyList<string> inputs)
    {
        InputNames = inputs;
        ParameterNames = formula.ParametersBeside([.. inputs]);
        if (ParameterNames.Count == 0)
        {
            throw new ArgumentException($"The formula '{formula.Text}' has no parameters to fit: every name in it is a column.");
        }

        kernel = new FormulaKernel(formula.Right, inputs, ParameterNames);
    }

    public override IReadOnlyList<string> ParameterNames { get; }

    public override IReadOnlyList<string> InputNames { get; }

    internal override void Evaluate(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian) =>
        kernel.Evaluate(
            inputs.AsColumnMajorArray() ?? inputs.ToColumnMajorArray(), inputs.RowCount, parameters, values, jacobian);
}
