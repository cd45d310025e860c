using Math4AI.Fitting.Distances;
using MathNet.Numerics;
using Distance = Math4AI.Fitting.Distances.Distance;

namespace Math4AI.Fitting;

/// <summary>
/// The tests of a model against a larger one that it is a special case of: whether the additional parameters describe
/// more than noise.
/// </summary>
/// <param name="Parameters">The number of additional parameters.</param>
/// <param name="F">
/// F = ((C₁ − C₂)/(k₂ − k₁)) / (C₂/(n − k₂)) of least squares whose σ is estimated; NaN for others.
/// </param>
/// <param name="FPValue">The probability of such an F or a larger one if the smaller model is right.</param>
/// <param name="LikelihoodRatio">
/// Twice the difference of the log likelihoods; χ² distributed for many samples. NaN if the distance stands for none.
/// </param>
/// <param name="LikelihoodRatioPValue">
/// The probability of such a ratio or a larger one if the smaller model is right.
/// </param>
public sealed record NestedComparison(
    int Parameters, double F, double FPValue, double LikelihoodRatio, double LikelihoodRatioPValue)
{
    /// <summary>
    /// Compares two fits to the same observations. That the one model is a special case of the other is for the caller
    /// to know. Source: D. Bates and D. Watts, "Nonlinear Regression Analysis and Its Applications" (1988), section
    /// 3.10.
    /// </summary>
    /// <param name="smaller">The fit of the special case.</param>
    /// <param name="larger">The fit of the model with more parameters.</param>
    /// <exception cref="ArgumentException">
    /// The fits are not of the same observations and distance, the larger has no more parameters, or fits worse.
    /// </exception>
    public static NestedComparison Of(FitResult smaller, FitResult larger)
    {
        ArgumentNullException.ThrowIfNull(smaller);
        ArgumentNullException.ThrowIfNull(larger);
        Check(smaller, larger);
        int added = larger.LikelihoodParameters - smaller.LikelihoodParameters;
        bool isEstimated = larger.Problem.Distance.Noise == NoiseModel.LeastSquares && !larger.Problem.IsSigmaAbsolute;
        double f = isEstimated
            ? Math.Max(0.0, smaller.ChiSquared - larger.ChiSquared) / added / larger.ReducedChiSquared
            : double.NaN;
        double ratio = larger.Problem.InputSigma is not null && larger.Problem.IsSigmaAbsolute
            ? smaller.ChiSquared - larger.ChiSquared
            : 2.0 * (larger.LogLikelihood - smaller.LogLikelihood);
        return new NestedComparison(
            added,
            f,
            double.IsNaN(f) || larger.DegreesOfFreedom < 1
                ? double.NaN
                : UpperTailOfF(f, added, larger.DegreesOfFreedom),
            ratio,
            double.IsNaN(ratio)
                ? double.NaN
                : SpecialFunctions.GammaUpperRegularized(0.5 * added, 0.5 * Math.Max(0.0, ratio)));
    }

    /// <summary>P(F > f) = I_x(d₂/2, d₁/2) at x = d₂/(d₂ + d₁ f), without cancellation.</summary>
    private static double UpperTailOfF(double f, int first, int second) =>
        SpecialFunctions.BetaRegularized(0.5 * second, 0.5 * first, second / (second + first * f));

    private static void Check(FitResult smaller, FitResult larger)
    {
        Distance distance = larger.Problem.Distance;
        if (smaller.Problem.Distance.Name != distance.Name || smaller.Observations != larger.Observations
            || smaller.Problem.IsSigmaAbsolute != larger.Problem.IsSigmaAbsolute
            || smaller.Problem.Targets?.Values.Equals(larger.Problem.Targets?.Values) == false)
        {
            throw new ArgumentException(
                "Nested models are compared on the same observations, with the same distance and errors.");
        }

        if (smaller.LikelihoodParameters >= larger.LikelihoodParameters)
        {
            throw new ArgumentException(
                $"The larger model has {larger.LikelihoodParameters} parameters and the smaller one "
                + $"{smaller.LikelihoodParameters}: exchange them, "
                + "or compare by AIC.");
        }

        if (larger.Minimum.Cost > smaller.Minimum.Cost + 1e-6 * Math.Abs(smaller.Minimum.Cost))
        {
            throw new ArgumentException(
                $"The larger model fits worse (cost {larger.Minimum.Cost:G6}) than the smaller one "
                + $"({smaller.Minimum.Cost:G6}): the models are not "
                + "nested, or the larger one needs another start.");
        }
    }
}
