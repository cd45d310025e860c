using System.Numerics.Tensors;
using Math4AI.Fitting.Distances;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Uncertainty;

/// <summary>How far single samples lie from a fit, and how much they pull at it, from their leverages h_i.</summary>
internal static class SampleDiagnostics
{
    /// <summary>Cook's distances, r² h/(k (1 − h)), of standardized residuals r.</summary>
    /// <param name="standardized">The standardized residuals.</param>
    /// <param name="leverage">The leverages h.</param>
    /// <param name="parameters">The number k of free parameters that are not at an active bound.</param>
    public static Vector<double> CooksDistance(
        Vector<double> standardized, Vector<double> leverage, int parameters) =>
        standardized.MapIndexed(
            (i, r) => r * r * leverage[i] / (Math.Max(1, parameters) * (1.0 - leverage[i])), Zeros.Include);

    /// <summary>Pearson's residuals over √(φ (1 − h)), with the dispersion φ; 1 of likelihoods.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="leverage">The leverages h.</param>
    /// <param name="pearson">d′/√d″ of each observation; null for a distance with a corner.</param>
    /// <exception cref="NotSupportedException">The distance has a corner.</exception>
    public static Vector<double> StandardizedResiduals(
        FitResult fit, Vector<double> leverage, Vector<double>? pearson)
    {
        Distance distance = fit.Problem.Distance;
        if (pearson is null)
        {
            throw new NotSupportedException(
                $"The distance '{distance.Name}' has a corner, so that Cook's distance is not known.");
        }

        double squares = TensorPrimitives.SumOfSquares(pearson.AsArray() ?? pearson.ToArray());
        double dispersion = distance.IsLikelihood ? 1.0 : squares / fit.DegreesOfFreedom;
        return pearson.MapIndexed((i, r) => -r / Math.Sqrt(dispersion * (1.0 - leverage[i])), Zeros.Include);
    }
}
