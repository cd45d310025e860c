using Math4AI.Data.Tables;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Math4AI.Benchmarks;

/// <summary>
/// Tables of simulated functions, to choose settings on. Sources: J. Friedman, "Multivariate adaptive regression
/// splines", Annals of Statistics 19 (1991); S. Surjanovic and D. Bingham, "Virtual Library of Simulation Experiments"
/// (borehole, OTL circuit, piston, wing weight), which are positive and smooth.
/// </summary>
internal static class SimulatedTables
{
    private const int Samples = 300;
    private const int Shapes = 20;

    /// <summary>Gets smooth functions that have hardly any noise: 1 % of their deviation.</summary>
    public static IEnumerable<(string Name, Table Table)> Smooth =>
    [
        ("borehole", Of(Borehole, [
            (0.05, 0.15), (100, 50000), (63070, 115600), (990, 1110), (63.1, 116), (700, 820), (1120, 1680),
            (9855, 12045),
        ])),
        ("circuit", Of(Circuit, [(50, 150), (25, 70), (0.5, 3), (1.2, 2.5), (0.25, 1.2), (50, 300)])),
        ("piston", Of(Piston, [
            (30, 60), (0.005, 0.02), (0.002, 0.01), (1000, 5000), (90000, 110000), (290, 296), (340, 360),
        ])),
        ("wing", Of(Wing, [
            (150, 200), (220, 300), (6, 10), (-10, 10), (16, 45), (0.5, 1), (0.08, 0.18), (2.5, 6), (1700, 2500),
            (0.025, 0.08),
        ])),
        ("plan", Plan()),
    ];

    /// <summary>One of Friedman's functions, shifted and scaled to variance 1, with noise of a deviation.</summary>
    public static Table Friedman(int kind, double noise)
    {
        var random = new MersenneTwister(kind, threadSafe: false);
        double[][] x = [.. Enumerable.Range(0, Samples).Select(_ => kind == 1
            ? Enumerable.Range(0, 10).Select(_ => random.NextDouble()).ToArray()
            : [
                100.0 * random.NextDouble(), 2.0 * Math.PI * (20.0 + 260.0 * random.NextDouble()),
                random.NextDouble(), 1.0 + 10.0 * random.NextDouble(),
            ])];
        double[] f = [.. x.Select(row => Friedman(kind, row))];
        (double mean, double deviation) = (f.Average(), f.StandardDeviation());
        double[] y = [.. f.Select(value => (value - mean) / deviation + Normal.Sample(random, 0.0, noise))];
        return Of(x, y);
    }

    private static Table Of(Func<double[], double> function, (double Low, double High)[] ranges)
    {
        const double Noise = 0.01;
        var random = new MersenneTwister(ranges.Length, threadSafe: false);
        double[][] x = [.. Enumerable.Range(0, Samples).Select(_ => Array.ConvertAll(
            ranges, range => range.Low + (range.High - range.Low) * random.NextDouble()))];
        double[] f = Array.ConvertAll(x, row => function(row));
        double deviation = f.StandardDeviation();
        return Of(x, Array.ConvertAll(f, value => value / deviation + Normal.Sample(random, 0.0, Noise)));
    }

    /// <summary>
    /// Each of twenty shapes at each of fifteen speeds, with which the number rises steeply; the noise is 2 % of it.
    /// </summary>
    private static Table Plan()
    {
        const double Noise = 0.02;
        var random = new MersenneTwister(20, threadSafe: false);
        double[][] shapes = [.. Enumerable.Range(0, Shapes).Select(_ =>
            new[] { random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble() })];
        double[][] x = [.. shapes.SelectMany(shape => Enumerable.Range(0, Samples / Shapes).Select(speed =>
            (double[])[.. shape, (double)speed / (Samples / Shapes - 1)]))];
        double[] f = Array.ConvertAll(x, row => Math.Pow(0.2 + row[4], 4.0)
            * (1.0 + 0.3 * Math.Sin(3.0 * row[0]) + 0.5 * row[1] * row[2] + 0.2 * row[3] * row[4]));
        double deviation = f.StandardDeviation();
        return Of(x, Array.ConvertAll(f, value => value / deviation * (1.0 + Normal.Sample(random, 0.0, Noise))));
    }

    private static Table Of(double[][] x, double[] y) => Table.OfNumbers(
    [
        .. Enumerable.Range(0, x[0].Length).Select(j => ($"x{j + 1}", x.Select(row => row[j]).ToArray())), ("y", y),
    ]);

    private static double Friedman(int kind, double[] x) => kind == 1
        ? 10.0 * Math.Sin(Math.PI * x[0] * x[1]) + 20.0 * Math.Pow(x[2] - 0.5, 2.0) + 10.0 * x[3] + 5.0 * x[4]
        : kind == 2
            ? Math.Sqrt(x[0] * x[0] + Math.Pow(x[1] * x[2] - 1.0 / (x[1] * x[3]), 2.0))
            : Math.Atan((x[1] * x[2] - 1.0 / (x[1] * x[3])) / Math.Max(1e-9, x[0]));

    private static double Borehole(double[] x)
    {
        double log = Math.Log(x[1] / x[0]);
        return 2.0 * Math.PI * x[2] * (x[3] - x[5])
            / (log * (1.0 + 2.0 * x[6] * x[2] / (log * x[0] * x[0] * x[7]) + x[2] / x[4]));
    }

    private static double Circuit(double[] x)
    {
        double gain = x[5] * (x[4] + 9.0), start = 12.0 * x[1] / (x[0] + x[1]);
        return ((start + 0.74) * gain + 11.35 * x[2] + 0.74 * x[2] * gain / x[3]) / (gain + x[2]);
    }

    private static double Piston(double[] x)
    {
        double gas = x[4] * x[2] / x[6] * x[5], push = x[4] * x[1] + 19.62 * x[0] - x[3] * x[2] / x[1];
        double volume = x[1] / (2.0 * x[3]) * (Math.Sqrt(push * push + 4.0 * x[3] * gas) - push);
        return 2.0 * Math.PI * Math.Sqrt(x[0] / (x[3] + x[1] * x[1] * gas / (volume * volume)));
    }

    private static double Wing(double[] x)
    {
        double cosine = Math.Cos(x[3] * Math.PI / 180.0);
        return 0.036 * Math.Pow(x[0], 0.758) * Math.Pow(x[1], 0.0035) * Math.Pow(x[2] / (cosine * cosine), 0.6)
            * Math.Pow(x[4], 0.006) * Math.Pow(x[5], 0.04) * Math.Pow(100.0 * x[6] / cosine, -0.3)
            * Math.Pow(x[7] * x[8], 0.49) + x[0] * x[9];
    }
}
