using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Processes;
using Math4AI.Runtime;
using TorchSharp;
using TorchSharp.Modules;

namespace Math4AI.Training.Optimizers;

/// <summary><see cref="Muon"/> at work: each matrix is the work of one thread.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class MuonRun<T> : ElementwiseRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Muon muon;
    private readonly (int Rows, int Columns)[] shapes;
    private readonly int[][] shares;
    private readonly Room[] rooms;
    private readonly Action<int> step;
    private double rate;

    public MuonRun(Muon muon, torch.nn.Module module, TrainerOptions options)
        : base(muon.Others, module, options)
    {
        this.muon = muon;
        HashSet<string> matrices = muon.Matrices(module);
        shapes =
        [
            .. Flat.Segments.Select((segment, i) => matrices.Contains(segment.Settings.Name) && segment.Count > 0
                ? ShapeOf(Flat.Parameters[i]) : default),
        ];
        shares = Divide(Team.Size);
        rooms = [.. shares.Select(share => new Room(share.Select(i => shapes[i])))];
        step = StepShare;
    }

    /// <inheritdoc/>
    public override void ShareGradients(ProcessGroup processes)
    {
        // A matrix is stepped by all of its gradient, which is sent.
    }

    /// <inheritdoc/>
    protected override bool IsOther(int segment) => shapes[segment].Rows > 0;

    /// <inheritdoc/>
    protected override void StepOthers(double rate)
    {
        this.rate = rate;
        if (shares.Length > 0)
        {
            Team.Run(shares.Length, step);
        }
    }

    /// <summary>
    /// The nearest matrix with orthogonal rows or columns, by X ← a X + b X Xᵀ X + c (X Xᵀ)² X, whose coefficients draw
    /// small singular values up fastest. Source: K. Jordan et al. (2024).
    /// </summary>
    /// <param name="x">columns × rows, column by column: the matrix, row by row; its result.</param>
    /// <param name="rows">The rows of the matrix.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="iterations">How many times.</param>
    /// <param name="room">Room for other matrices.</param>
    internal static void Orthogonalize(Span<T> x, int rows, int columns, int iterations, Room room)
    {
        T a = T.CreateTruncating(3.4445), b = T.CreateTruncating(-4.7750), c = T.CreateTruncating(2.0315);
        int small = Math.Min(rows, columns), square = small * small;
        T norm = TensorPrimitives.Norm<T>(x);
        if (!(norm > T.Zero))
        {
            return;
        }

        TensorPrimitives.Divide(x, norm, x);
        Span<T> copy = room.Copy.AsSpan(0, x.Length), gram = room.Gram.AsSpan(0, square),
            power = room.Power.AsSpan(0, square);
        fixed (T* at = x, to = copy, g = gram, p = power)
        {
            for (int i = 0; i < iterations; i++)
            {
                bool isWide = columns > rows;
                Products.Multiply(
                    isWide ? (byte)'T' : (byte)'N', isWide ? (byte)'N' : (byte)'T', small, small,
                    isWide ? columns : rows, at, columns, at, columns, T.Zero, g, small);
                Products.Multiply((byte)'N', (byte)'N', small, small, small, g, small, g, small, T.Zero, p, small);
                TensorPrimitives.Multiply(power, c, power);
                TensorPrimitives.MultiplyAdd(gram, b, power, power);
                TensorPrimitives.Multiply(x, a, copy);
                Products.Multiply(
                    (byte)'N', (byte)'N', columns, rows, small, isWide ? at : p, columns, isWide ? p : at, small, T.One,
                    to, columns);
                copy.CopyTo(x);
            }
        }
    }

    /// <summary>Returns a matrix's rows as they lie in memory, and their length; filters are rows of inputs.</summary>
    private static (int Rows, int Columns) ShapeOf(Parameter parameter)
    {
        long[] shape = parameter.shape, strides = parameter.stride();
        int outer = Array.IndexOf(strides, strides.Max());
        return ((int)shape[outer], (int)(parameter.numel() / shape[outer]));
    }

    /// <summary>Gives each matrix, the costliest first, to the thread with the least to do.</summary>
    private int[][] Divide(int threads)
    {
        double Cost(int i) =>
            (double)shapes[i].Rows * shapes[i].Columns * Math.Min(shapes[i].Rows, shapes[i].Columns);
        int[] matrices = [.. Enumerable.Range(0, shapes.Length).Where(IsOther).OrderByDescending(Cost)];
        List<int>[] given = [.. Enumerable.Range(0, Math.Min(threads, matrices.Length)).Select(_ => new List<int>())];
        foreach (int i in matrices)
        {
            given.MinBy(share => share.Sum(Cost))!.Add(i);
        }

        return [.. given.Select(share => share.ToArray())];
    }

    private void StepShare(int share)
    {
        foreach (int i in shares[share])
        {
            if (Flat.HasGradient(i))
            {
                Step(i, rooms[share]);
            }
        }
    }

    private void Step(int i, Room room)
    {
        ParameterStore.Segment segment = Flat.Segments[i];
        (int rows, int columns) = shapes[i];
        Span<T> values = Flat.Of(i), momentum = Moments[0].AsSpan(segment.Start, segment.Count),
            x = room.Matrix.AsSpan(0, segment.Count);
        T kept = T.CreateTruncating(muon.Momentum);
        Clip(new ReadOnlySpan<T>(Flat.Gradient(i), segment.Count), x);
        TensorPrimitives.Lerp<T>(x, momentum, kept, momentum);
        TensorPrimitives.Lerp<T>(x, momentum, kept, x);
        Orthogonalize(x, rows, columns, muon.Iterations, room);
        double own = rate * segment.Settings.RateFactor, size = 0.2 * Math.Sqrt(Math.Max(rows, columns));
        TensorPrimitives.Multiply(values, T.CreateTruncating(1.0 - own * segment.WeightDecay), values);
        TensorPrimitives.MultiplyAdd(x, T.CreateTruncating(-own * size), values, values);
    }

    /// <summary>What a thread works in.</summary>
    internal sealed class Room
    {
        /// <summary>Makes room for the largest of some matrices.</summary>
        public Room(IEnumerable<(int Rows, int Columns)> shapes)
        {
            (int most, int square) = (0, 0);
            foreach ((int rows, int columns) in shapes)
            {
                most = Math.Max(most, checked(rows * columns));
                square = Math.Max(square, checked(Math.Min(rows, columns) * Math.Min(rows, columns)));
            }

            (Matrix, Copy, Gram, Power) = (new T[most], new T[most], new T[square], new T[square]);
        }

        /// <summary>Gets the matrix that becomes orthogonal.</summary>
        public T[] Matrix { get; }

        /// <summary>Gets what it becomes next.</summary>
        public T[] Copy { get; }

        /// <summary>Gets its products with itself.</summary>
        public T[] Gram { get; }

        /// <summary>Gets their products.</summary>
        public T[] Power { get; }
    }
}
