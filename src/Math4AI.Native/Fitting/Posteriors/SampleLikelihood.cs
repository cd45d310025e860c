using System.Numerics.Tensors;
using Math4AI.Fitting.Distances;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// log p(y | f, s) of the samples of a problem, and its slopes by the outputs f and the scale s: of numbers that are
/// compared one by one, all at once.
/// </summary>
internal sealed class SampleLikelihood
{
    private readonly FitProblem problem;
    private readonly Distance distance;
    private readonly bool hasScale;
    private readonly bool isSquared;
    private readonly double[] observed;
    private readonly double[] weights;

    /// <param name="problem">The problem.</param>
    /// <param name="hasScale">Whether the scale of the noise is a parameter.</param>
    public SampleLikelihood(FitProblem problem, bool hasScale)
    {
        (this.problem, this.hasScale, distance) = (problem, hasScale, problem.Distance);
        isSquared = distance.Noise == NoiseModel.LeastSquares;
        observed = problem.Targets!.Values.AsArray() ?? problem.Targets.Values.ToArray();
        weights = problem.Weights is { } all
            ? [.. Enumerable.Repeat(all, problem.Targets.Columns).SelectMany(column => column)]
            : [];
    }

    /// <summary>
    /// log p and its slope by s of some numbers that are compared one by one, up to a constant; the slopes by f are
    /// written.
    /// </summary>
    /// <param name="first">The first of the numbers.</param>
    /// <param name="predicted">f of each of them.</param>
    /// <param name="scale">s.</param>
    /// <param name="slopes">Receives ∂ log p/∂f.</param>
    public (double Sum, double OfScale) Elementwise(
        int first, ReadOnlySpan<double> predicted, double scale, Span<double> slopes)
    {
        double logScale = Math.Log(scale);
        ReadOnlySpan<double> weight = weights.Length == 0 ? [] : weights.AsSpan(first, predicted.Length);
        double cost = distance.ExpandAll(
            predicted, observed.AsSpan(first, predicted.Length), weight, isSquared ? 0.0 : logScale, slopes,
            out double ofLogScale);
        if (!isSquared)
        {
            TensorPrimitives.Negate<double>(slopes, slopes);
            return (-cost, -ofLogScale / scale);
        }

        int count = predicted.Length;
        foreach (double each in weight)
        {
            count -= each > 0.0 ? 0 : 1;
        }

        double precision = 1.0 / (scale * scale);
        TensorPrimitives.Multiply(slopes, -0.5 * precision, slopes);
        return (
            -0.5 * precision * cost - (hasScale ? count * logScale : 0.0), (precision * cost - count) / scale);
    }

    /// <summary>The same of all samples, each with all of its numbers.</summary>
    public (double Sum, double OfScale) BySample(ReadOnlySpan<double> outputs, Span<double> slopes, double scale)
    {
        double logScale = Math.Log(scale), sum = 0.0, ofScale = 0.0;
        int samples = problem.Targets!.Samples, width = problem.Model.Outputs;
        double precision = 1.0 / (scale * scale);
        double[] predicted = new double[width], numbers = new double[problem.Targets.Columns];
        double[] ofOne = new double[width];
        for (int i = 0; i < samples; i++)
        {
            double weight = problem.Weights?[i] ?? 1.0;
            Take(i, outputs, predicted, numbers);
            double cost = distance.ExpandSample(predicted, numbers, logScale, ofOne, out double ofLogScale);
            double factor = isSquared ? -0.5 * weight * precision : -weight;
            sum += factor * cost - (isSquared && hasScale && weight > 0.0 ? width * logScale : 0.0);
            ofScale += isSquared
                ? (weight * cost * precision - (weight > 0.0 ? width : 0)) / scale
                : -weight * ofLogScale / scale;
            for (int k = 0; k < width; k++)
            {
                slopes[k * samples + i] = factor * ofOne[k];
            }
        }

        return (sum, ofScale);
    }

    /// <summary>
    /// log p(y_i | f, s) of every sample, with all constants; 0 where the weight is 0, since nothing was observed.
    /// </summary>
    public double[] Pointwise(ReadOnlySpan<double> outputs, double scale)
    {
        double logScale = Math.Log(scale);
        int width = problem.Model.Outputs;
        double[] predicted = new double[width], numbers = new double[problem.Targets!.Columns];
        double[] ofOne = new double[width], found = new double[problem.Targets.Samples];
        for (int i = 0; i < found.Length; i++)
        {
            double weight = problem.Weights?[i] ?? 1.0;
            Take(i, outputs, predicted, numbers);
            double cost = distance.ExpandSample(predicted, numbers, logScale, ofOne, out _);
            found[i] = weight == 0.0 ? 0.0
                : isSquared
                ? 0.5 * width * Math.Log(weight / (2.0 * Math.PI * scale * scale))
                    - 0.5 * weight * cost / (scale * scale)
                : distance.LogLikelihood(weight * cost, 1);
        }

        return found;
    }

    private void Take(int sample, ReadOnlySpan<double> outputs, double[] predicted, double[] numbers)
    {
        int samples = problem.Targets!.Samples;
        for (int k = 0; k < predicted.Length; k++)
        {
            predicted[k] = outputs[k * samples + sample];
        }

        for (int k = 0; k < numbers.Length; k++)
        {
            numbers[k] = observed[k * samples + sample];
        }
    }
}
