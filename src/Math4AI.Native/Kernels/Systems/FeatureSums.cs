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
    // Numbers of a block for each thread: they stay in the cache of its processor while products are made of them.
    private const int BlockLength = 1 << 18;

    // Products in float32 are added up over so many blocks before they are added in float64.
    private const int BlocksOfSum = 4;

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
        T[] targets = sums.Centered<T>(y);
        int rows = (int)Math.Clamp((long)BlockLength * Team.Size / count, MinRows, MaxRows) / MinRows * MinRows;
        rows = Math.Min(x.Count, rows);
        var features = new T[GramMatrix.Elements(count, rows, sizeof(T))];
        T[] products = (object)sums.Products as T[] ?? new T[count * count];
        bool isSummed = ReferenceEquals(products, sums.Products);
        var shift = new T[count];
        for (int first = 0, block = 0; first < x.Count; first += rows, block++)
        {
            cancellation.ThrowIfCancellationRequested();
            int some = Math.Min(rows, x.Count - first);
            map.Fill(x.Range(first, some).ToMatrix(), features);
            if (first == 0)
            {
                MeanOf(features, some, shift);
            }

            sums.AddShifted(features, some, shift, targets.AsMemory(first * y.Inputs, some * y.Inputs));
            fixed (T* f = features, p = products)
            {
                SymmetricProduct.AddLower(f, count, some, p, isSummed || block % BlocksOfSum > 0 ? T.One : T.Zero);
            }

            if (!isSummed && (block % BlocksOfSum == BlocksOfSum - 1 || first + rows >= x.Count))
            {
                sums.AddLower(products);
            }
        }

        sums.Center(x.Count, shift);
        return sums;
    }

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

    /// <summary>
    /// Shifts the features of a block, and adds them to the sums of features, and of features with targets, while each
    /// row is in the cache.
    /// </summary>
    private void AddShifted<T>(T[] features, int rows, T[] shift, ReadOnlyMemory<T> targets)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int parts = Team.Size, outputs = TargetMeans.Count;
        T[][] partSums = [.. Enumerable.Range(0, parts).Select(_ => new T[(1 + outputs) * Count])];
        Team.Run(parts, part =>
        {
            Span<T> sums = partSums[part];
            (int first, int some) = Team.Part(rows, part, parts);
            for (int row = first; row < first + some; row++)
            {
                Span<T> own = features.AsSpan(row * Count, Count), sum = sums[..Count];
                TensorPrimitives.Subtract(own, shift, own);
                TensorPrimitives.Add(sum, own, sum);
                ReadOnlySpan<T> wanted = targets.Span.Slice(row * outputs, outputs);
                for (int output = 0; output < outputs; output++)
                {
                    sum = sums.Slice((1 + output) * Count, Count);
                    TensorPrimitives.MultiplyAdd(own, wanted[output], sum, sum);
                }
            }
        });
        foreach (T[] partSum in partSums)
        {
            for (int i = 0; i < Count; i++)
            {
                Means[i] += double.CreateTruncating(partSum[i]);
            }

            for (int i = 0; i < WithTargets.Length; i++)
            {
                WithTargets[i] += double.CreateTruncating(partSum[Count + i]);
            }
        }
    }

    /// <summary>Adds the products of a block, on and below the diagonal.</summary>
    private void AddLower<T>(T[] block)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int parts = Team.Size;
        Team.Run(parts, part =>
        {
            double[] wide = new double[Count];

            // Every part has columns of all lengths.
            for (int column = part; column < Count; column += parts)
            {
                int from = column * Count + column, rows = Count - column;
                TensorPrimitives.ConvertTruncating(block.AsSpan(from, rows), wide.AsSpan(0, rows));
                Span<double> sums = Products.AsSpan(from, rows);
                TensorPrimitives.Add(sums, wide.AsSpan(0, rows), sums);
            }
        });
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
