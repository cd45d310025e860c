using Math4AI.Fitting.Distances;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Fitting.Posteriors;

/// <summary>Predictions and their bands from draws of the parameters.</summary>
/// <param name="distance">The distance, whose noise new observations have.</param>
/// <param name="hasSigma">Whether observations have a σ each, so that a new one needs its own.</param>
/// <param name="hasScale">Whether the last number of a draw is the scale of the noise.</param>
/// <param name="draws">Draws × parameters.</param>
/// <param name="curves">Computes the outputs, samples × outputs, of a draw.</param>
internal sealed class DrawnPrediction(
    Distance distance, bool hasSigma, bool hasScale, Matrix<double> draws,
    Func<double[], System.Random, Matrix<double>> curves)
{
    // Values that are held at once, and draws that are enough for a quantile.
    private const long MaxValues = 20_000_000;
    private const int EnoughDraws = 2000;

    /// <summary>Mean and bands of each sample; what is thrown is as of <see cref="FitPosterior.Predict"/>.</summary>
    public Prediction Of(int samples, int outputs, double level, int output, Vector<double>? sigma, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(output);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(output, outputs);
        if (!(level > 0.0 && level < 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level lies between 0 and 1.");
        }

        if (sigma is not null && sigma.Count != samples)
        {
            throw new ArgumentException(
                $"There are {sigma.Count} standard deviations for {samples} samples.", nameof(sigma));
        }

        (double[][] means, double[][] observations) = Drawn(samples, output, sigma, seed);
        return new Prediction(
            Vector<double>.Build.Dense(samples, i => means[i].Mean()),
            [.. means.Select(values => Ends(values, level))],
            [.. observations.Select(values => Ends(values, level))]);
    }

    /// <summary>For each sample, its mean at each draw, and an observation.</summary>
    private (double[][] Means, double[][] Observations) Drawn(
        int samples, int output, Vector<double>? sigma, int seed)
    {
        int wanted = (int)Math.Clamp(MaxValues / Math.Max(1, samples), 1, EnoughDraws);
        int step = 1 + (draws.RowCount - 1) / wanted, count = (draws.RowCount + step - 1) / step;
        double[][] means = [.. Enumerable.Range(0, samples).Select(_ => new double[count])];
        double[][] observations = [.. Enumerable.Range(0, samples).Select(_ => new double[count])];
        var random = new MersenneTwister(seed);
        double unknown = hasSigma ? double.NaN : 1.0;
        for (int s = 0; s < count; s++)
        {
            double[] draw = draws.Row(s * step).ToArray();
            Matrix<double> predicted = curves(draw, random);
            double scale = hasScale ? draw[^1] : 1.0;
            for (int i = 0; i < samples; i++)
            {
                double deviation = scale * (sigma?[i] ?? unknown);
                means[i][s] = distance.Mean(predicted[i, output]);
                observations[i][s] = distance is { Observation: ObservationKind.Count, IsElementwise: true }
                    ? CountOf(predicted[i, output], random)
                    : predicted[i, output] + NoiseOf(deviation, predicted.Row(i).ToArray(), random);
            }
        }

        return (means, observations);
    }

    /// <summary>
    /// A draw of symmetric noise: the half width of its interval at a level that is uniform, to either side; NaN where
    /// the noise is that of classes.
    /// </summary>
    private double NoiseOf(double deviation, double[] predicted, System.Random random)
    {
        double level = random.NextDouble(), side = random.NextDouble() < 0.5 ? -1.0 : 1.0;
        double width = distance.Noise == NoiseModel.LeastSquares
            ? deviation * MathNet.Numerics.Distributions.Normal.InvCDF(0.0, 1.0, 0.5 * (1.0 + level))
            : distance.NoiseWidth(level, deviation, predicted);
        return side * width;
    }

    /// <summary>A new count; NaN where the distance does not say how it is drawn.</summary>
    private double CountOf(double predicted, System.Random random)
    {
        try
        {
            return double.IsNaN(predicted) ? double.NaN : distance.Draw(predicted, 1.0, random);
        }
        catch (NotSupportedException)
        {
            return double.NaN;
        }
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
