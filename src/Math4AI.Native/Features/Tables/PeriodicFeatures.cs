using System.Globalization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Features.Tables;

/// <summary>sin(2πkx/P) and cos(2πkx/P).</summary>
internal sealed class PeriodicFeatures : TableFeatures
{
    private readonly double period;
    private readonly int harmonics;

    public PeriodicFeatures(double period, int harmonics)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(period);
        ArgumentOutOfRangeException.ThrowIfLessThan(harmonics, 1);
        if (!double.IsFinite(period))
        {
            throw new ArgumentOutOfRangeException(nameof(period), period, "The period is positive and finite.");
        }

        (this.period, this.harmonics) = (period, harmonics);
    }

    public override string Formula => $"fourier:{period.ToString("R", CultureInfo.InvariantCulture)}:{harmonics}";

    protected override FeatureState Learn(Matrix<double> training) => FeatureState.Empty;

    protected override Mapping Of(int inputs, FeatureState state)
    {
        RequireFew(2.0 * inputs * harmonics, "use fewer harmonics");
        return new Mapping(
            samples => Matrix<double>.Build.Dense(samples.RowCount, 2 * harmonics * inputs, (i, feature) =>
            {
                // Sine and cosine in turns of a period, which whole numbers of periods do not change: large times keep
                // their digits.
                double turns = Math.IEEERemainder(samples[i, feature / (2 * harmonics)], period) / period;
                double angle = 2.0 * Math.PI * turns * (1 + feature % (2 * harmonics) / 2);
                return feature % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
            }),
            names => [.. names.SelectMany(name =>
                Enumerable.Range(1, harmonics).SelectMany(k => (string[])[$"sin {k} {name}", $"cos {k} {name}"]))]);
    }
}
