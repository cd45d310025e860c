using System.Buffers;
using System.Globalization;
using System.Numerics;
using Math4AI.Features;
using Math4AI.Features.Tables;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
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

    protected override Mapping Of(int inputs, FeatureState state) => Mapping.Of(
        new Blocks(state.NumbersOf(Frequencies, inputs * count), count),
        2 * count,
        _ => [.. Enumerable.Range(1, 2 * count).Select(i => i <= count ? $"cos wave {i}" : $"sin wave {i - count}")]);

    /// <summary>
    /// The waves of a few samples at a time, so that their phases stay in the cache. Phases are float64 whatever the
    /// features are: float32 then has its full precision for inputs of any size.
    /// </summary>
    private sealed unsafe class Blocks(double[] frequencies, int count) : IFeatureBlocks
    {
        private const int RowsAtATime = 64;

        // In turns, so that whole ones are taken off by rounding.
        private readonly double[] turnsPerUnit = [.. frequencies.Select(value => value / (2.0 * Math.PI))];

        public void Fill<T>(Matrix<double> samples, T[] features)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            double[] x = samples.AsColumnMajorArray() ?? samples.ToColumnMajorArray();
            int rows = samples.RowCount, chunks = (rows + RowsAtATime - 1) / RowsAtATime, next = -1;
            Team.Run(Math.Min(Team.Size, chunks), _ =>
            {
                double[] turns = ArrayPool<double>.Shared.Rent(count * RowsAtATime);
                var scale = T.CreateTruncating(1.0 / Math.Sqrt(count));
                for (int i = Interlocked.Increment(ref next); i < chunks; i = Interlocked.Increment(ref next))
                {
                    int first = i * RowsAtATime, some = Math.Min(RowsAtATime, rows - first);
                    FillTurns(x, rows, first, some, turns);
                    for (int row = 0; row < some; row++)
                    {
                        Span<T> waves = features.AsSpan(2 * count * (first + row), 2 * count);
                        Waves.Fill(turns.AsSpan(row * count, count), waves[..count], waves[count..], scale);
                    }
                }

                ArrayPool<double>.Shared.Return(turns);
            });
        }

        private void FillTurns(double[] x, int rows, int first, int some, double[] turns)
        {
            int inputs = turnsPerUnit.Length / count;
            fixed (double* w = turnsPerUnit, from = x, to = turns)
            {
                Products.Multiply(
                    (byte)'T', (byte)'T', count, some, inputs, w, inputs, from + first, rows, 0.0, to, count);
            }
        }
    }
}
