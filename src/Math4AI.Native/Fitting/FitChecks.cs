using Math4AI.Fitting.Distances;

namespace Math4AI.Fitting;

/// <summary>Checks of a problem that do not depend on single samples.</summary>
internal static class FitChecks
{
    /// <summary>Throws where distance and errors of measurement do not go with the rest.</summary>
    public static void Check(FitProblem problem)
    {
        CheckLeastSquares(problem);
        MeasurementErrors.Check(problem);
    }

    /// <summary>Throws where linear parameters cannot be found by linear least squares.</summary>
    public static void CheckLinear(FitProblem problem)
    {
        bool isPossible = problem.Distance.Noise == NoiseModel.LeastSquares && problem.Model.HasJacobian
            && !problem.Linear.Any(name => problem.Bounds.ContainsKey(name) || problem.Fixed.ContainsKey(name));
        if (problem.Linear.Count > 0 && !isPossible)
        {
            throw new ArgumentException(
                "Linear parameters are found by linear least squares: that needs the squared distance, no bounds and "
                + "no fixed values of "
                + "them, and a model whose derivatives are known sample by sample.");
        }

        if (problem.Linear.Count > 0 && problem.Source is not null
            && problem.Source.Samples.Length > problem.Source.BlockLength)
        {
            throw new ArgumentException(
                "Linear parameters are found over one block of samples: give all parameters a start, or make the block "
                + "longer.");
        }
    }

    /// <summary>
    /// Throws if a distance that declares least squares is not (f − y)²: the standard errors would be wrong.
    /// </summary>
    private static void CheckLeastSquares(FitProblem problem)
    {
        bool saysSo = problem.Distance.Noise == NoiseModel.LeastSquares;
        if (saysSo && problem.Distance.Expand(1.5, -0.25, 0.0) is not { Value: 3.0625, Slope: 3.5, Curvature: 2.0 })
        {
            throw new ArgumentException(
                $"The distance '{problem.Distance.Name}' says that it is least squares, and is not d = (f − y)² with "
                + "the slope 2 (f − y) and the "
                + "curvature 2.");
        }
    }
}
