using Math4AI.Fitting.Samples;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>
/// Makes parameters positive whose sign does not affect the model, such as the width of a peak: of two equal minima,
/// the conventional one.
/// </summary>
internal static class Signs
{
    private const int MaxSamples = 1000;
    private const int MaxParameters = 100;

    /// <summary>The minimum with such parameters made positive, where their bounds and priors allow it.</summary>
    public static Minimum MadePositive(FitProblem problem, IFitCost cost, Minimum minimum)
    {
        FreeParameters unknowns = cost.Unknowns;
        int[] negative = [.. Enumerable.Range(0, unknowns.Free.Count).Where(j => minimum.Parameters[j] < 0.0 && MayFlip(problem, unknowns, j, minimum))];
        if (negative.Length == 0 || unknowns.Free.Count > MaxParameters)
        {
            return minimum;
        }

        FitBlock block = problem.Blocks().Read(0);
        Matrix<double> inputs = block.Inputs.SubMatrix(0, Math.Min(MaxSamples, block.Inputs.RowCount), 0, block.Inputs.ColumnCount);
        Vector<double> found = minimum.Parameters.Clone();
        Matrix<double> fitted = At(problem, unknowns, inputs, found);
        foreach (int j in negative)
        {
            found[j] = -found[j];
            if (!At(problem, unknowns, inputs, found).Equals(fitted))
            {
                found[j] = -found[j];
            }
        }

        return minimum with { Parameters = found };
    }

    private static bool MayFlip(FitProblem problem, FreeParameters unknowns, int j, Minimum minimum) =>
        unknowns.Priors[j] is null
        && (!problem.Bounds.TryGetValue(unknowns.Names[unknowns.Free[j]], out (double Lower, double Upper) box)
            || (-minimum.Parameters[j] >= box.Lower && -minimum.Parameters[j] <= box.Upper));

    private static Matrix<double> At(FitProblem problem, FreeParameters unknowns, Matrix<double> inputs, Vector<double> parameters) =>
        problem.Model.EvaluateAll(inputs, Vector<double>.Build.Dense(unknowns.Completed(parameters.ToArray())));
}
