using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Math4AI.Probability.Sampling;

namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// The moves of some points side by side, a lane of a vector for each. A point takes its moves one after the other,
/// each from where the one before has left it: moves that are summed up go too far where points lie close together.
/// </summary>
internal sealed class UmapMoves(UmapCurve curve, int drawn, int mostNeighbors)
{
    /// <summary>How many points move side by side.</summary>
    public static readonly int Lanes = Vector256<float>.Count;

    // As in the authors' program: the largest move for one pair, and what keeps a push finite.
    private const float MaxMove = 4.0f;
    private const float Softening = 1e-3f;

    // A point so far away moves nothing, and its square is still a number.
    private const float Away = 1e12f;

    private readonly float a = (float)curve.A;
    private readonly float b = (float)curve.B;
    private readonly int[] neighbors = new int[Lanes * mostNeighbors];
    private readonly int[] due = new int[Lanes];
    private readonly int[] aims = new int[Lanes];
    private readonly int[] points = new int[Lanes];
    private readonly ChainRandom[] randoms = new ChainRandom[Lanes];
    private readonly float[] x = new float[Lanes];
    private readonly float[] y = new float[Lanes];
    private readonly float[] toX = new float[Lanes];
    private readonly float[] toY = new float[Lanes];
    private int taken;

    /// <summary>Takes a point to move.</summary>
    /// <param name="point">Its number.</param>
    /// <param name="atX">Where it is.</param>
    /// <param name="atY">Where it is, the other coordinate.</param>
    /// <param name="state">The state of its draws.</param>
    public void Take(int point, float atX, float atY, ulong state)
    {
        (points[taken], x[taken], y[taken], due[taken]) = (point, atX, atY, 0);
        randoms[taken++] = new ChainRandom(state);
    }

    /// <summary>Adds a neighbor that pulls at the point that was taken last.</summary>
    public void Pull(int neighbor) => neighbors[(taken - 1) * mostNeighbors + due[taken - 1]++] = neighbor;

    /// <summary>Moves the points that were taken.</summary>
    /// <param name="others">The points that pull and push: x after x and then y after y.</param>
    /// <param name="rate">The step in units of the slope.</param>
    /// <param name="moveBoth">
    /// Whether a pair pulls at both of its ends, and stands in the rows of both: then the neighbors pull twice.
    /// </param>
    public void Run(float[] others, float rate, bool moveBoth)
    {
        due.AsSpan(taken).Clear();
        int most = due.Max(), count = others.Length / 2;
        for (int k = 0; k < most; k++)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                aims[lane] = k < due[lane] ? neighbors[lane * mostNeighbors + k] : -1;
            }

            Apply(others, rate, isPull: true);
            if (moveBoth)
            {
                // Two pulls by different neighbors move a point less far astray than twice the pull of one.
                for (int lane = 0; lane < Lanes; lane++)
                {
                    aims[lane] = k < due[lane]
                        ? neighbors[lane * mostNeighbors + (k + due[lane] / 2) % due[lane]]
                        : -1;
                }

                Apply(others, rate, isPull: true);
            }

            for (int draw = 0; draw < drawn; draw++)
            {
                for (int lane = 0; lane < Lanes; lane++)
                {
                    int other = k < due[lane] ? (int)(randoms[lane].NextDouble() * count) : -1;
                    aims[lane] = moveBoth && other == points[lane] ? -1 : other;
                }

                Apply(others, rate, isPull: false);
            }
        }
    }

    /// <summary>Writes where the points are now and the state of their draws, and forgets them.</summary>
    public void Give(float[] positions, ulong[] states)
    {
        for (int lane = 0; lane < taken; lane++)
        {
            int point = points[lane];
            (positions[point], positions[states.Length + point]) = (x[lane], y[lane]);
            states[point] = randoms[lane].State;
        }

        taken = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Apply(float[] others, float rate, bool isPull)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            int other = aims[lane];
            (toX[lane], toY[lane]) = other < 0 ? (Away, Away) : (others[other], others[others.Length / 2 + other]);
        }

        Vector256<float> atX = Vector256.Create(x), atY = Vector256.Create(y), limit = Vector256.Create(MaxMove);
        Vector256<float> dx = atX - Vector256.Create(toX), dy = atY - Vector256.Create(toY);
        Vector256<float> square = dx * dx + dy * dy;
        Vector256<float> power = Vector256.Exp(Vector256.Create(b) * Vector256.Log(square));
        Vector256<float> top = isPull ? Vector256.Create(-2.0f * a * b) * power : Vector256.Create(2.0f * b);
        Vector256<float> bottom = isPull
            ? Vector256.Max(square, Vector256.Create(float.Epsilon))
            : square + Vector256.Create(Softening);
        Vector256<float> slope = top / (bottom * (Vector256<float>.One + Vector256.Create(a) * power));
        Vector256<float> step = Vector256.Create(rate);
        (atX + step * Vector256.Max(-limit, Vector256.Min(limit, slope * dx))).CopyTo(x);
        (atY + step * Vector256.Max(-limit, Vector256.Min(limit, slope * dy))).CopyTo(y);
    }
}
