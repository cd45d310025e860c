using Math4AI.Audio;
using Math4AI.Probability;
using Math4AI.Reporting.Charts;
using Math4AI.Separation;
using MathNet.Numerics.Distributions;

namespace Math4AI.Reporting;

/// <summary>The charts of a separation: how each source is distributed, and how the method converged.</summary>
internal static class SourceCharts
{
    private const int MaxSamples = 1 << 16;
    private const double Outer = 0.001;

    /// <summary>
    /// The density of a source, scaled to unit variance, and its score, without the outer 0.1 % at either end, each
    /// beside that of a normal distribution.
    /// </summary>
    public static IEnumerable<Chart> Density(Recording sources, int source, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (Standardized(Some(sources.Channel(source))) is not { } samples)
        {
            yield break;
        }

        DensityCurve curve = DensityCurve.Of(samples);
        double share = 0.0, step = curve.Values.Count > 1 ? curve.Values[1] - curve.Values[0] : 1.0;
        int[] shown =
        [
            .. Enumerable.Range(0, curve.Values.Count)
                .Where(i => (share += step * curve.Density[i]) is > Outer and < 1.0 - Outer),
        ];
        if (shown.Length < 2)
        {
            yield break;
        }

        double[] x = [.. shown.Select(i => curve.Values[i])], density = [.. shown.Select(i => curve.Density[i])];
        ChartAxis across = new("standard deviations", AxisScale.Linear);
        string name = sources.Names[source];
        yield return new Chart(
            $"{name}: density", across, new ChartAxis("density", AxisScale.Linear),
            new RangeLayer(x, new double[x.Length], density),
            new LineLayer(x, [.. x.Select(value => Normal.PDF(0.0, 1.0, value))])
            {
                Name = "normal",
                Color = ChartLayer.Quiet,
                IsDashed = true,
            },
            new LineLayer(x, density) { Name = "source" });
        yield return new Chart(
            $"{name}: score −f′/f", across, new ChartAxis("score", AxisScale.Linear),
            RuleLayer.Of(0.0, 1.0) with { Name = "normal" },
            new LineLayer(x, [.. shown.Select(i => curve.Score[i])]) { Name = "source", Color = 1 });
    }

    /// <summary>The change and the objective of each iteration.</summary>
    public static IEnumerable<Chart> Convergence(SeparationResult result)
    {
        if (result.Changes.Count == 0)
        {
            yield break;
        }

        double[] iterations = [.. Enumerable.Range(1, result.Changes.Count).Select(i => (double)i)];
        ChartAxis across = ChartAxis.OfCounts("iteration");
        yield return new Chart(
            "Change", across, new ChartAxis("change", AxisScale.Logarithmic),
            new LineLayer(iterations, [.. result.Changes]) { HasMarks = true });
        yield return new Chart(
            result.Method.Objective, across, new ChartAxis("objective", AxisScale.Linear),
            new LineLayer(iterations[..Math.Min(iterations.Length, result.Objectives.Count)], [.. result.Objectives])
            {
                HasMarks = true,
            });
    }

    /// <summary>The samples with mean zero and unit variance, or null where they do not vary.</summary>
    private static double[]? Standardized(double[] samples)
    {
        double mean = samples.Length > 0 ? samples.Average() : 0.0;
        double deviation = samples.Length > 0 ? Math.Sqrt(samples.Average(x => (x - mean) * (x - mean))) : 0.0;
        return deviation > 0.0 ? [.. samples.Select(x => (x - mean) / deviation)] : null;
    }

    private static double[] Some(ReadOnlySpan<float> all)
    {
        double[] samples = new double[Math.Min(MaxSamples, all.Length)];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = all[(int)((long)i * all.Length / samples.Length)];
        }

        return samples;
    }
}
