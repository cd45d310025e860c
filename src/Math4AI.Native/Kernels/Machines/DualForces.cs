using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Kernels.Machines;

/// <summary>
/// F = q − K β, kept twice: once for the variables that can rise, −∞ for the others, and once for those that can fall,
/// +∞ for the others. So one pass moves F and finds both extremes, and no pass looks at β and its bounds.
/// </summary>
internal sealed unsafe class DualForces
{
    /// <summary>Below it, a pair's curvature is rounding: samples that repeat.</summary>
    public const double MinCurvature = 1e-12;

    // The highest force is looked for in the chunk that holds it.
    private const int Chunk = 512;

    private const int Width = 8;

    private readonly double[] rising;
    private readonly double[] falling;
    private readonly double[] diagonal;
    private int highestChunk;

    public DualForces(double[] linear, double[] diagonal) =>
        (rising, falling, this.diagonal) = ([.. linear], [.. linear], diagonal);

    /// <summary>Gets the highest force of a variable that can rise.</summary>
    public double Highest { get; private set; }

    /// <summary>Gets the lowest force of a variable that can fall.</summary>
    public double Lowest { get; private set; }

    /// <summary>Gets the force of a variable, which can rise or fall.</summary>
    public double Of(int variable) =>
        double.IsNegativeInfinity(rising[variable]) ? falling[variable] : rising[variable];

    /// <summary>Sets the force of a variable and where it may go.</summary>
    public void Allow(int variable, double force, bool canRise, bool canFall)
    {
        rising[variable] = canRise ? force : double.NegativeInfinity;
        falling[variable] = canFall ? force : double.PositiveInfinity;
    }

    /// <summary>Gets the first variable that can rise and has the highest force.</summary>
    public int HighestIndex() =>
        highestChunk + rising.AsSpan(highestChunk, Math.Min(Chunk, rising.Length - highestChunk)).IndexOf(Highest);

    /// <summary>Finds the extremes without a move.</summary>
    public void FindExtremes()
    {
        float[] zero = new float[diagonal.Length];
        (Highest, Lowest) = (double.NegativeInfinity, double.PositiveInfinity);
        MoveAll(zero, zero, 0.0);
    }

    /// <summary>Moves F by −δ (K_i − K_j), sets where the pair may go next, and finds the extremes.</summary>
    public void Move(float[] up, float[] down, double step, int i, int j, bool upCanRise, bool upCanFall,
        bool downCanRise, bool downCanFall)
    {
        Allow(i, Of(i), upCanRise, upCanFall);
        Allow(j, Of(j), downCanRise, downCanFall);
        (Highest, Lowest) = (double.NegativeInfinity, double.PositiveInfinity);
        MoveAll(up, down, step);
    }

    /// <summary>
    /// Gets the variables that violate the conditions most, of those that are asked for: by how far they lie above the
    /// lowest force or below the highest.
    /// </summary>
    public IReadOnlyList<int> Farthest(int count, Predicate<int> isWanted)
    {
        var found = new PriorityQueue<int, double>();
        for (int t = 0; t < rising.Length; t++)
        {
            double violation = Math.Max(rising[t] - Lowest, Highest - falling[t]);
            if (violation > 0.0 && isWanted(t))
            {
                found.Enqueue(t, violation);
                if (found.Count > count)
                {
                    found.Dequeue();
                }
            }
        }

        return [.. found.UnorderedItems.Select(item => item.Element).Order()];
    }

    private void MoveAll(float[] up, float[] down, double step)
    {
        // Regression has two variables a sample: the same rows serve both halves.
        for (int start = 0; start < rising.Length; start += diagonal.Length)
        {
            for (int first = 0; first < diagonal.Length; first += Chunk)
            {
                int count = Math.Min(Chunk, diagonal.Length - first);
                (double highest, double lowest) = MoveChunk(
                    rising.AsSpan(start + first, count), falling.AsSpan(start + first), up.AsSpan(first),
                    down.AsSpan(first), step);
                (Highest, highestChunk) = highest > Highest ? (highest, start + first) : (Highest, highestChunk);
                Lowest = Math.Min(Lowest, lowest);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Highest, double Lowest) MoveChunk(
        Span<double> rising, Span<double> falling, ReadOnlySpan<float> up, ReadOnlySpan<float> down, double step)
    {
        double highest = double.NegativeInfinity, lowest = double.PositiveInfinity;
        fixed (double* r = rising, f = falling)
        fixed (float* a = up, b = down)
        {
            var minus = Vector512.Create(-step);
            Vector512<double> high = Vector512.Create(double.NegativeInfinity),
                low = Vector512.Create(double.PositiveInfinity);
            int t = 0;
            for (; t <= rising.Length - Width; t += Width)
            {
                (Vector256<double> left, Vector256<double> right) = Vector256.Widen(
                    Vector256.Load(a + t) - Vector256.Load(b + t));
                Vector512<double> change = Vector512.Create(left, right);
                Vector512<double> risen = Vector512.FusedMultiplyAdd(minus, change, Vector512.Load(r + t));
                Vector512<double> fallen = Vector512.FusedMultiplyAdd(minus, change, Vector512.Load(f + t));
                risen.Store(r + t);
                fallen.Store(f + t);
                high = Vector512.MaxNative(high, risen);
                low = Vector512.MinNative(low, fallen);
            }

            for (; t < rising.Length; t++)
            {
                r[t] = Math.FusedMultiplyAdd(-step, a[t] - b[t], r[t]);
                f[t] = Math.FusedMultiplyAdd(-step, a[t] - b[t], f[t]);
                (highest, lowest) = (Math.Max(highest, r[t]), Math.Min(lowest, f[t]));
            }

            highest = Math.Max(highest, Highest4(Vector256.MaxNative(high.GetLower(), high.GetUpper())));
            lowest = Math.Min(lowest, -Highest4(-Vector256.MinNative(low.GetLower(), low.GetUpper())));
        }

        return (highest, lowest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Highest4(Vector256<double> values)
    {
        Vector128<double> two = Vector128.MaxNative(values.GetLower(), values.GetUpper());
        return Math.Max(two.ToScalar(), two.GetElement(1));
    }

    /// <summary>
    /// Gets the variable whose pair with <paramref name="up"/> lowers the objective most, (F_i − F_j)²/(K_ii + K_jj − 2
    /// K_ij).
    /// </summary>
    public int BestPartner(int up, int sample, float[] row)
    {
        (int best, double most) = (-1, 0.0);
        for (int start = 0; start < falling.Length; start += diagonal.Length)
        {
            (int index, double gain) = BestPartner(start, rising[up], diagonal[sample], row);
            (best, most) = gain > most ? (index, gain) : (best, most);
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Index, double Gain) BestPartner(int start, double highest, double ownDiagonal, float[] row)
    {
        (int best, double most) = (-1, 0.0);
        fixed (double* f = &falling[start], d = diagonal)
        fixed (float* k = row)
        {
            Vector512<double> tops = Vector512.Create(highest), own = Vector512.Create(ownDiagonal),
                least = Vector512.Create(MinCurvature);
            Vector512<double> bar = default;
            int t = 0;
            for (; t <= diagonal.Length - Width; t += Width)
            {
                Vector512<double> gap = tops - Vector512.Load(f + t);
                (Vector256<double> left, Vector256<double> right) = Vector256.Widen(Vector256.Load(k + t));
                Vector512<double> values = Vector512.Create(left, right);
                Vector512<double> curvature =
                    Vector512.MaxNative(own + Vector512.Load(d + t) - (values + values), least);

                // Divisions are rare: only where the best gain so far is beaten.
                Vector512<double> isBetter = Vector512.GreaterThan(gap * gap, bar * curvature)
                    & Vector512.GreaterThan(gap, Vector512<double>.Zero);
                if (isBetter != Vector512<double>.Zero)
                {
                    (int lane, most) = Best(gap, curvature, most);
                    best = lane < 0 ? best : t + lane;
                    bar = Vector512.Create(most);
                }
            }

            for (; t < diagonal.Length; t++)
            {
                double gap = highest - f[t], gain = gap * gap / Math.Max(MinCurvature, ownDiagonal + d[t] - 2.0 * k[t]);
                (best, most) = gap > 0.0 && gain > most ? (t, gain) : (best, most);
            }
        }

        return (best < 0 ? -1 : start + best, most);
    }

    /// <summary>The lane whose gain is the greatest and above a bound, or −1, and the greater of the two.</summary>
    private static (int Lane, double Gain) Best(Vector512<double> gap, Vector512<double> curvature, double most)
    {
        int best = -1;
        for (int lane = 0; lane < Width; lane++)
        {
            double gain = gap[lane] > 0.0 ? gap[lane] * gap[lane] / curvature[lane] : 0.0;
            (best, most) = gain > most ? (lane, gain) : (best, most);
        }

        return (best, most);
    }
}
