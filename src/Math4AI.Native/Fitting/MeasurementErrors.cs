using System.Globalization;
using Math4AI.Fitting.Distances;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting;

/// <summary>
/// The errors of measurement of a table's columns. Each is an expression of columns, such as <c>s</c>, <c>0.1</c>,
/// <c>0.05*abs(y) + 0.1</c> or <c>1/s^2</c>.
/// </summary>
public sealed record MeasurementErrors
{
    /// <summary>Gets the weights w of the rows, numbers of 0 or more; null for 1, or for those of σ.</summary>
    public string? Weights { get; init; }

    /// <summary>
    /// Gets the standard deviation σ of y, in units of y; null if it is not known. The weights are then 1/σ².
    /// </summary>
    public string? Sigma { get; init; }

    /// <summary>
    /// Gets whether σ is known in units of y, true by default; if false, up to a factor that is estimated.
    /// </summary>
    public bool IsSigmaAbsolute { get; init; } = true;

    /// <summary>
    /// Gets the standard deviations of the inputs, by the column's name; inputs that are not named are exact. They need
    /// <see cref="Sigma"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string> InputSigma { get; init; } = new Dictionary<string, string>();

    /// <summary>w = 1/σ².</summary>
    internal static Vector<double> WeightsOf(Vector<double> sigma)
    {
        int bad = Array.FindIndex(sigma.ToArray(), each => !(each > 0.0 && double.IsFinite(1.0 / (each * each))));
        return bad < 0 && sigma.All(double.IsFinite)
            ? sigma.Map(each => 1.0 / (each * each), Zeros.Include)
            : throw NotPositive(
                sigma, bad < 0 ? Array.FindIndex(sigma.ToArray(), each => !double.IsFinite(each)) : bad);
    }

    /// <summary>Throws where the errors of a problem do not go with the rest of it.</summary>
    internal static void Check(FitProblem problem)
    {
        if (problem.IsSigmaAbsolute && problem.Distance.Noise != NoiseModel.LeastSquares)
        {
            throw new ArgumentException(
                $"Absolute errors of measurement are for least squares; the distance '{problem.Distance.Name}' has a "
                + "noise of its own. "
                + "Give weights instead.");
        }

        if (problem.IsSigmaAbsolute && problem.Weights is null && problem.Source?.WeightColumn is null)
        {
            throw new ArgumentException("Absolute errors of measurement need σ, or weights of 1/σ².");
        }

        CheckInputs(problem);
    }

    private static void CheckInputs(FitProblem problem)
    {
        if (problem.InputSigma is not { } sigma)
        {
            return;
        }

        if (problem.Distance.Noise != NoiseModel.LeastSquares || !problem.Model.HasInputJacobian
            || problem.Model.Outputs != 1
            || problem.Linear.Count > 0 || problem.Weights is null || problem.Inputs is null)
        {
            throw new ArgumentException(
                "Errors of the inputs need σ of y too, least squares, samples in memory, no linear parameters, and a "
                + "model of one output "
                + "whose derivatives by its inputs are known.");
        }

        if (sigma.RowCount != problem.Inputs.RowCount || sigma.ColumnCount != problem.Inputs.ColumnCount)
        {
            throw new ArgumentException(
                $"The errors of the inputs are {sigma.RowCount} × {sigma.ColumnCount} numbers, and the inputs "
                + $"{problem.Inputs.RowCount} × "
                + $"{problem.Inputs.ColumnCount}.");
        }

        foreach ((int row, int column, double value) in sigma.EnumerateIndexed(Zeros.AllowSkip))
        {
            if (!(value >= 0.0 && double.IsFinite(value)))
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The standard deviation of '{problem.Model.InputNames[column]}' in row {row + 1} is {value}: it "
                    + $"has to be 0 or more."));
            }
        }
    }

    private static ArgumentException NotPositive(Vector<double> sigma, int row) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The standard deviation σ of row {row + 1} is {sigma[row]}: it has to be more than 0, so correct it or leave "
        + $"out the row."));
}
