using System.Globalization;
using Math4AI.Features;
using Math4AI.Features.Tables;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Kernels.Maps;

/// <summary>cos(wᵀx)/√m and sin(wᵀx)/√m with w ~ N(0, ℓ⁻² I).</summary>
internal sealed class RandomFourierFeatures : TableFeatures
{
    private const string Frequencies = "frequencies";

    private readonly int count;
    private readonly double? lengthScale;
    private readonly int seed;

    public RandomFourierFeatures(int features, double? lengthScale, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        (count, this.seed) = ((features + 1) / 2, seed);
        this.lengthScale = lengthScale is { } scale ? Positive.Check(scale, "length scale") : null;
    }

    public override string Formula =>
        $"random-fourier:{2 * count}:{lengthScale?.ToString("R", CultureInfo.InvariantCulture)}:{seed}";

    protected override FeatureState Learn(Matrix<double> training)
    {
        double deviation = 1.0 / (lengthScale ?? Math.Sqrt(0.5 * training.ColumnCount));
        double[] frequencies = new double[count * training.ColumnCount];
        Normal.Samples(new MersenneTwister(seed, threadSafe: false), frequencies, 0.0, deviation);
        return FeatureState.Of((Frequencies, frequencies));
    }

    protected override Mapping Of(int inputs, FeatureState state)
    {
        Matrix<double> frequencies =
            Matrix<double>.Build.Dense(inputs, count, state.NumbersOf(Frequencies, inputs * count));
        double scale = 1.0 / Math.Sqrt(count);
        return new Mapping(
            samples =>
            {
                Matrix<double> phases = samples * frequencies;
                Matrix<double> features = Matrix<double>.Build.Dense(samples.RowCount, 2 * count);
                features.SetSubMatrix(0, 0, phases.PointwiseCos() * scale);
                features.SetSubMatrix(0, count, phases.PointwiseSin() * scale);
                return features;
            },
            _ => [.. Enumerable.Range(1, 2 * count).Select(
                i => i <= count ? $"cos wave {i}" : $"sin wave {i - count}")]);
    }
}
