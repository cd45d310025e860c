using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Math4AI.Probability.Sampling;

namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// The moves of some points side by side, a lane of a vector for each; a lane whose point has made all of its moves is
/// free for another. A point takes its moves one after the other, each from where the one before has left it: moves
/// that are summed up go too far where points lie close together.
/// </summary>
/// <param name="curve">The memberships on the map.</param>
/// <param name="drawn">How many samples push for each pair.</param>
/// <param name="mostNeighbors">The most pairs of a point.</param>
/// <param name="moveBoth">
/// Whether a pair pulls at both of its ends, and stands in the rows of both: then the neighbors pull twice.
/// </param>
internal sealed unsafe class UmapMoves(UmapCurve curve, int drawn, int mostNeighbors, bool moveBoth)
{
    // As in the authors' program: the largest move for one pair, and what keeps a push finite.
    private const float MaxMove = 4.0f;
    private const float Softening = 1e-3f;

    // A point so far away moves nothing, and its square is still a number.
    private const float Away = 1e12f;

    private const int Free = -1;

    private static readonly int Lanes = Vector256<float>.Count;

    private readonly float a = (float)curve.A;
    private readonly float b = (float)curve.B;
    private readonly int pulls = moveBoth ? 2 : 1;
    private readonly int[] neighbors = new int[Lanes * mostNeighbors];
    private readonly int[] due = new int[Lanes];
    private readonly int[] done = new int[Lanes];
    private readonly int[] aims = new int[(2 + drawn) * Lanes];
    private readonly int[] points = [.. Enumerable.Repeat(Free, Lanes)];
    private readonly ChainRandom[] randoms = [.. Enumerable.Range(0, Lanes).Select(_ => new ChainRandom(0))];
    private readonly float[] x = new float[Lanes];
    private readonly float[] y = new float[Lanes];
    private int lane;

    /// <summary>Gets whether another point can be taken.</summary>
    public bool HasRoom => lane < Lanes;

    /// <summary>Gets whether a point has moves to make.</summary>
    public bool HasPoints => points.AsSpan().ContainsAnyExcept(Free);

    /// <summary>Adds a neighbor that pulls at the point that is taken next.</summary>
    public void Pull(int neighbor) => neighbors[lane * mostNeighbors + due[lane]++] = neighbor;

    /// <summary>Takes a point to move; one that no neighbor pulls at stays.</summary>
    /// <param name="point">Its number.</param>
    /// <param name="atX">Where it is.</param>
    /// <param name="atY">Where it is, the other coordinate.</param>
    /// <param name="state">The state of its draws.</param>
    public void Take(int point, float atX, float atY, ulong state)
    {
        if (due[lane] == 0)
        {
            return;
        }

        (points[lane], x[lane], y[lane], done[lane]) = (point, atX, atY, 0);
        randoms[lane].State = state;
        lane = NextFree();
    }

    /// <summary>
    /// Moves every point for one of its pairs and for what is drawn with it, and writes where those that have made all
    /// of their moves are, and the state of their draws.
    /// </summary>
    /// <param name="others">The points that pull and push: x after x and then y after y.</param>
    /// <param name="rate">The step in units of the slope.</param>
    /// <param name="positions">Takes the places, in the same layout.</param>
    /// <param name="states">Takes the states.</param>
    public void Run(float[] others, float rate, float[] positions, ulong[] states)
    {
        for (int i = 0; i < Lanes; i++)
        {
            Aim(i, others.Length / 2);
        }

        Apply(others, rate);
        for (int i = 0; i < Lanes; i++)
        {
            if (points[i] != Free && ++done[i] == due[i])
            {
                (positions[points[i]], positions[states.Length + points[i]]) = (x[i], y[i]);
                states[points[i]] = randoms[i].State;
                (points[i], due[i]) = (Free, 0);
            }
        }

        lane = NextFree();
    }

    private int NextFree()
    {
        int free = points.AsSpan().IndexOf(Free);
        return free < 0 ? Lanes : free;
    }

    /// <summary>The points that pull and push at one of ours next.</summary>
    private void Aim(int at, int count)
    {
        if (points[at] == Free)
        {
            for (int i = 0; i < pulls + drawn; i++)
            {
                aims[i * Lanes + at] = Free;
            }

            return;
        }

        int first = at * mostNeighbors, pair = done[at];
        aims[at] = neighbors[first + pair];
        if (moveBoth)
        {
            // Two pulls by different neighbors move a point less far astray than twice the pull of one.
            int across = pair + due[at] / 2;
            aims[Lanes + at] = neighbors[first + (across < due[at] ? across : across - due[at])];
        }

        for (int i = pulls; i < pulls + drawn; i++)
        {
            int other = (int)(randoms[at].NextDouble() * count);
            aims[i * Lanes + at] = moveBoth && other == points[at] ? Free : other;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Apply(float[] others, float rate)
    {
        Vector256<float> atX = Vector256.Create(x), atY = Vector256.Create(y), limit = Vector256.Create(MaxMove);
        Vector256<float> step = Vector256.Create(rate);
        fixed (float* xs = others)
        {
            float* ys = xs + others.Length / 2;
            for (int i = 0; i < pulls + drawn; i++)
            {
                var aim = Vector256.Create(aims, i * Lanes);
                Vector256<float> dx = atX - Gather(xs, aim), dy = atY - Gather(ys, aim);
                Vector256<float> square = dx * dx + dy * dy;
                Vector256<float> power = Vector256.Exp(Vector256.Create(b) * Vector256.Log(square));
                Vector256<float> top = i < pulls ? Vector256.Create(-2.0f * a * b) * power : Vector256.Create(2.0f * b);
                Vector256<float> bottom = i < pulls
                    ? Vector256.Max(square, Vector256.Create(float.Epsilon))
                    : square + Vector256.Create(Softening);
                Vector256<float> slope = top / (bottom * (Vector256<float>.One + Vector256.Create(a) * power));
                atX += step * Vector256.Max(-limit, Vector256.Min(limit, slope * dx));
                atY += step * Vector256.Max(-limit, Vector256.Min(limit, slope * dy));
            }
        }

        atX.CopyTo(x);
        atY.CopyTo(y);
    }

    /// <summary>Numbers at some places, and a large one where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Gather(float* from, Vector256<int> places)
    {
        if (Avx2.IsSupported)
        {
            Vector256<float> isThere = Vector256.GreaterThanOrEqual(places, Vector256<int>.Zero).AsSingle();
            return Avx2.GatherMaskVector256(Vector256.Create(Away), from, places, isThere, sizeof(float));
        }

        float* found = stackalloc float[Lanes];
        for (int i = 0; i < Lanes; i++)
        {
            found[i] = places[i] < 0 ? Away : from[places[i]];
        }

        return Vector256.Load(found);
    }
}
