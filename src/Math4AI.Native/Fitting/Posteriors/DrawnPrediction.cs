using Math4AI.Fitting.Distances;
using Math4AI.Probability.Sampling;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Fitting.Posteriors;

/// <summary>Predictions and their bands from draws of the parameters.</summary>
internal sealed class DrawnPrediction(FitResult fit, FitDensity density, PosteriorDraws draws)
{
    // Values that are held at once, and draws that are enough for a quantile.
    private const long MaxValues = 20_000_000;
    private const int EnoughDraws = 2000;

    /// <inheritdoc cref="FitPosterior.Predict"/>
    public Prediction Of(Matrix<double> inputs, double level, int output, Vector<double>? sigma, int seed)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfNegative(output);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(output, fit.Problem.Model.Outputs);
        if (!(level > 0.0 && level < 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level lies between 0 and 1.");
        }

        if (sigma is not null && sigma.Count != inputs.RowCount)
        {
            throw new ArgumentException(
                $"There are {sigma.Count} standard deviations for {inputs.RowCount} samples.", nameof(sigma));
        }

        int samples = inputs.RowCount;
        (double[][] curves, double[][] observations) = Drawn(inputs, output, sigma, seed);
        return new Prediction(
            Vector<double>.Build.Dense(samples, i => curves[i].Mean()),
            [.. curves.Select(values => Ends(values, level))],
            [.. observations.Select(values => Ends(values, level))]);
    }

    /// <summary>For each sample, f(x, θ) of each draw, and with noise.</summary>
    private (double[][] Curves, double[][] Observations) Drawn(
        Matrix<double> inputs, int output, Vector<double>? sigma, int seed)
    {
        int samples = inputs.RowCount;
        Matrix<double> all = draws.ToMatrix();
        int wanted = (int)Math.Clamp(MaxValues / Math.Max(1, samples), 1, EnoughDraws);
        int step = 1 + (all.RowCount - 1) / wanted, count = (all.RowCount + step - 1) / step;
        double[][] curves = [.. Enumerable.Range(0, samples).Select(_ => new double[count])];
        double[][] observations = [.. Enumerable.Range(0, samples).Select(_ => new double[count])];
        var random = new MersenneTwister(seed);
        Distance distance = fit.Problem.Distance;
        for (int s = 0; s < count; s++)
        {
            double[] draw = all.Row(s * step).ToArray();
            Matrix<double> predicted = fit.Problem.Model.EvaluateAll(inputs, density.ParametersOf(draw));
            double scale = density.HasScale ? draw[^1] : 1.0;
            for (int i = 0; i < samples; i++)
            {
                double deviation = scale * (sigma?[i] ?? (fit.Problem.Sigma is null ? 1.0 : double.NaN));
                curves[i][s] = distance.Mean(predicted[i, output]);
                observations[i][s] =
                    predicted[i, output] + NoiseOf(distance, deviation, predicted.Row(i).ToArray(), random);
            }
        }

        return (curves, observations);
    }

    /// <summary>
    /// A draw of symmetric noise: the half width of its interval at a level that is uniform, to either side; NaN where
    /// the noise is that of counts or classes.
    /// </summary>
    private static double NoiseOf(Distance distance, double deviation, double[] predicted, System.Random random)
    {
        double level = random.NextDouble(), side = random.NextDouble() < 0.5 ? -1.0 : 1.0;
        double width = distance.Noise == NoiseModel.LeastSquares
            ? deviation * MathNet.Numerics.Distributions.Normal.InvCDF(0.0, 1.0, 0.5 * (1.0 + level))
            : distance.NoiseWidth(level, deviation, predicted);
        return side * width;
    }

    private static Interval Ends(double[] values, double level)
    {
        double[] sorted = [.. values.Order()];
        double Quantile(double share) => SortedArrayStatistics.QuantileCustom(sorted, share, QuantileDefinition.R7);
        return sorted.Any(double.IsNaN)
            ? new Interval(double.NaN, double.NaN)
            : new Interval(Quantile(0.5 * (1.0 - level)), Quantile(0.5 * (1.0 + level)));
    }
}
