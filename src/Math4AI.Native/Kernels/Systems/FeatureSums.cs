using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.Features;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using DoubleVector = MathNet.Numerics.LinearAlgebra.Vector<double>;

namespace Math4AI.Kernels.Systems;

/// <summary>
/// What a linear model needs to know of features φ and targets y: their means, and the sums over all samples of
/// (φ − φ̄)(φ − φ̄)ᵀ and (φ − φ̄)(y − ȳ)ᵀ. Products are made block by block in float64 or float32, sums of blocks in
/// float64.
/// </summary>
internal sealed unsafe class FeatureSums
{
    // Numbers of a block: enough samples for products at full speed, few enough to stay in a shared cache.
    private const int BlockLength = 1 << 21;

    private const int MinRows = 256;

    private const int MaxRows = 4096;

    private FeatureSums(int count, int outputs)
    {
        Count = count;
        Products = new double[(long)count * count];
        WithTargets = new double[count * outputs];
        Means = DoubleVector.Build.Dense(count);
        TargetMeans = DoubleVector.Build.Dense(outputs);
    }

    /// <summary>Gets the number of features.</summary>
    public int Count { get; }

    /// <summary>Gets Σ (φ − φ̄)(φ − φ̄)ᵀ, column after column.</summary>
    public double[] Products { get; }

    /// <summary>Gets Σ (φ − φ̄)(y − ȳ)ᵀ, features × outputs, column after column.</summary>
    public double[] WithTargets { get; }

    /// <summary>Gets φ̄.</summary>
    public DoubleVector Means { get; }

    /// <summary>Gets ȳ.</summary>
    public DoubleVector TargetMeans { get; }

    /// <summary>Sums over samples.</summary>
    /// <typeparam name="T">What features and products are computed in.</typeparam>
    public static FeatureSums Over<T>(
        FittedFeatures<Matrix<double>> map, int count, KernelSamples x, KernelSamples y, CancellationToken cancellation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sums = new FeatureSums(count, y.Inputs);
        T[] centered = sums.Centered<T>(y);
        int rows = Math.Min(x.Count, Math.Clamp(BlockLength / count, MinRows, MaxRows));
        var features = new T[GramMatrix.Elements(count, rows, sizeof(T))];
        T[] products = new T[count * count], withTargets = new T[sums.WithTargets.Length];
        var shift = new T[count];
        for (int first = 0; first < x.Count; first += rows)
        {
            cancellation.ThrowIfCancellationRequested();
            int some = Math.Min(rows, x.Count - first);
            map.Fill(x.Range(first, some).ToMatrix(), features);
            if (first == 0)
            {
                MeanOf(features, some, shift);
            }

            sums.AddShifted(features, some, shift);
            fixed (T* f = features, p = products, t = withTargets, targets = centered)
            {
                SymmetricProduct.AddLower(f, count, some, p, T.Zero);
                MultiplyTargets(f, count, some, targets + (long)first * y.Inputs, y.Inputs, t);
            }

            AddTo(sums.Products, products);
            AddTo(sums.WithTargets, withTargets);
        }

        sums.Center(x.Count, shift);
        return sums;
    }

    private static void MultiplyTargets<T>(T* features, int count, int rows, T* targets, int outputs, T* sums)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        LinearAlgebra.Blocks.Products.Multiply(
            (byte)'N', (byte)'T', count, outputs, rows, features, count, targets, outputs, T.Zero, sums, count);

    /// <summary>y − ȳ, one sample after the other; ȳ is kept.</summary>
    private T[] Centered<T>(KernelSamples y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var centered = new T[y.Values.Length];
        for (int output = 0; output < y.Inputs; output++)
        {
            ReadOnlySpan<double> column = y.Column(output);
            TargetMeans[output] = InputScaling.MeanAndDeviation(column.ToArray()).Mean;
            for (int row = 0; row < column.Length; row++)
            {
                centered[row * y.Inputs + output] = T.CreateTruncating(column[row] - TargetMeans[output]);
            }
        }

        return centered;
    }

    /// <summary>
    /// The mean of the first block: shifted by it, features lose nothing where their means are large.
    /// </summary>
    private static void MeanOf<T>(T[] features, int rows, T[] mean)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int row = 0; row < rows; row++)
        {
            TensorPrimitives.Add(features.AsSpan(row * mean.Length, mean.Length), mean, mean);
        }

        TensorPrimitives.Divide(mean, T.CreateChecked(rows), mean);
    }

    /// <summary>Shifts the features of a block, and adds them to the sums of features.</summary>
    private void AddShifted<T>(T[] features, int rows, T[] shift)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int parts = Team.Size;
        T[][] partSums = [.. Enumerable.Range(0, parts).Select(_ => new T[Count])];
        Team.Run(parts, part =>
        {
            (int first, int some) = Team.Part(rows, part, parts);
            for (int row = first; row < first + some; row++)
            {
                Span<T> own = features.AsSpan(row * Count, Count);
                TensorPrimitives.Subtract(own, shift, own);
                TensorPrimitives.Add(partSums[part], own, partSums[part]);
            }
        });
        foreach (T[] partSum in partSums)
        {
            for (int i = 0; i < Count; i++)
            {
                Means[i] += double.CreateTruncating(partSum[i]);
            }
        }
    }

    private static void AddTo<T>(double[] sums, T[] block)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (block is double[] own)
        {
            TensorPrimitives.Add(sums, own, sums);
            return;
        }

        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += double.CreateTruncating(block[i]);
        }
    }

    /// <summary>From sums of shifted features to those of centered ones, and to their means.</summary>
    private void Center<T>(int samples, T[] shift)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Targets are centered: their sums with features need no correction but for rounding.
        double[] deviations = [.. Means / samples];
        for (int column = 0; column < Count; column++)
        {
            Span<double> own = Products.AsSpan(column * Count, Count);
            TensorPrimitives.MultiplyAdd(deviations, -samples * deviations[column], own, own);
        }

        Symmetry.MirrorLower(Products, Count);
        for (int i = 0; i < Count; i++)
        {
            Means[i] = deviations[i] + double.CreateTruncating(shift[i]);
        }
    }
}
