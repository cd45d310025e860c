using System.Collections.Concurrent;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Math4AI.Features;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Maps;

/// <summary>φ(x) = Wᵀ k(Z, x) of a few samples at a time, whose kernel values stay in the cache.</summary>
internal sealed unsafe class NystroemBlocks : IFeatureBlocks
{
    private const int RowsAtATime = 256;

    // Of a triangular W, half of the products is left out, in panels of so many features.
    private const int Panel = 96;

    // Rounding of kernel values to float32 is multiplied by the weights: beyond this share of a feature's scale all is
    // computed in float64.
    private const double MaxRounding = 1e-3;

    private readonly Kernel kernel;
    private readonly KernelSamples points;
    private readonly double[] weights;
    private readonly float[]? single;
    private readonly ConcurrentBag<Room> rooms = [];
    private readonly int count;
    private readonly bool isTriangular;

    public NystroemBlocks(Kernel kernel, Matrix<double> points, Matrix<double> weights)
    {
        (this.kernel, this.points, count) = (kernel, new KernelSamples(points, nameof(points)), weights.ColumnCount);
        kernel.Check(this.points);
        this.weights = weights.AsColumnMajorArray() ?? weights.ToColumnMajorArray();
        isTriangular = weights.RowCount == count && Enumerable.Range(0, count).All(
            column => this.weights.AsSpan(column * count + column + 1, count - column - 1).IndexOfAnyExcept(0.0) < 0);
        double[] diagonal = new double[this.points.Count];
        kernel.FillDiagonal(this.points, diagonal);
        double longest = Enumerable.Range(0, count).Max(
            column => TensorPrimitives.Norm<double>(this.weights.AsSpan(column * points.RowCount, points.RowCount)));
        if (Math.Sqrt(diagonal.Max()) * longest * Math.ScaleB(1.0, -24) <= MaxRounding)
        {
            single = Array.ConvertAll(this.weights, weight => (float)weight);
        }
    }

    public void Fill<T>(Matrix<double> samples, T[] features)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = new KernelSamples(samples, nameof(samples));
        int chunks = (x.Count + RowsAtATime - 1) / RowsAtATime, next = -1;
        Team.Run(Math.Min(Team.Size, chunks), _ =>
        {
            Room room = rooms.TryTake(out Room? used) ? used : new Room(points.Count, count);
            for (int i = Interlocked.Increment(ref next); i < chunks; i = Interlocked.Increment(ref next))
            {
                int first = i * RowsAtATime;
                KernelSamples some = x.Range(first, Math.Min(RowsAtATime, x.Count - first));
                Span<T> target = features.AsSpan(first * count, some.Count * count);
                if (typeof(T) == typeof(float) && single is not null)
                {
                    FillSingle(some, room, MemoryMarshal.Cast<T, float>(target));
                }
                else
                {
                    FillDouble(some, room, target);
                }
            }

            rooms.Add(room);
        });
    }

    private void FillSingle(KernelSamples some, Room room, Span<float> target)
    {
        float[] values = room.Singles(RowsAtATime);
        kernel.Columns(points, some).Fill(0, some.Count, values);
        Multiply(single!, values, some.Count, target);
    }

    private void FillDouble<T>(KernelSamples some, Room room, Span<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        GramMatrix values = room.Gram(some.Count);
        kernel.Fill(points, some, values);
        if (typeof(T) == typeof(double))
        {
            Multiply(
                weights, values.Values, some.Count,
                MemoryMarshal.Cast<T, double>(target));
            return;
        }

        double[] features = room.Features(RowsAtATime);
        Multiply(weights, values.Values, some.Count, features);
        TensorPrimitives.ConvertTruncating(features.AsSpan(0, target.Length), target);
    }

    private void Multiply<T>(T[] matrix, T[] values, int rows, Span<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int landmarks = points.Count, panel = isTriangular ? Panel : count;
        fixed (T* w = matrix, k = values, f = target)
        {
            for (int first = 0; first < count; first += panel)
            {
                int some = Math.Min(panel, count - first), deep = isTriangular ? first + some : landmarks;
                Products.Multiply(
                    (byte)'T', (byte)'N', some, rows, deep, w + (long)first * landmarks, landmarks, k, landmarks,
                    T.Zero, f + first, count);
            }
        }
    }

    /// <summary>What one thread works in.</summary>
    private sealed class Room(int landmarks, int count)
    {
        private GramMatrix? gram;
        private float[]? singles;
        private double[]? features;

        public GramMatrix Gram(int rows) =>
            gram?.Columns == rows ? gram : gram = new GramMatrix(landmarks, rows);

        public float[] Singles(int rows) => singles ??= new float[landmarks * rows];

        public double[] Features(int rows) => features ??= new double[count * rows];
    }
}
