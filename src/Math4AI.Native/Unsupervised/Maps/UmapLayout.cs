using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Math4AI.Probability.Sampling;
using Math4AI.Runtime;

namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// Moves points down the slope of the cross entropy by drawn pairs. A pair of membership v moves in a share v of the
/// passes, and with it some drawn samples push. Within a turn each point sees the others where they were before it, so
/// that the result does not depend on the number of threads.
/// </summary>
internal sealed class UmapLayout
{
    // As in the authors' program: the largest move for one pair, and what keeps a push finite.
    private const float MaxMove = 4.0f;
    private const float Softening = 1e-3f;

    // A point so far away pushes nothing, and its square is still a number.
    private const float Away = 1e12f;

    private readonly Affinities graph;
    private readonly float a;
    private readonly float b;
    private readonly int drawn;
    private readonly ulong[] states;
    private readonly float largest;
    private readonly int mostNeighbors;

    /// <summary>Prepares the passes.</summary>
    /// <param name="graph">The memberships, a row for each point that moves.</param>
    /// <param name="curve">The memberships on the map.</param>
    /// <param name="drawn">How many samples push for each pair.</param>
    /// <param name="seed">The seed of the draws.</param>
    public UmapLayout(Affinities graph, UmapCurve curve, int drawn, int seed)
    {
        (this.graph, this.drawn) = (graph, drawn);
        (a, b) = ((float)curve.A, (float)curve.B);
        states = [.. Enumerable.Range(0, graph.Starts.Length - 1).Select(i => new ChainRandom(seed, i).State)];
        largest = graph.Values.Max();
        mostNeighbors = Enumerable.Range(0, states.Length).Max(i => graph.Starts[i + 1] - graph.Starts[i]);
    }

    /// <summary>Moves every point once.</summary>
    /// <param name="points">The points that move, x after x and then y after y.</param>
    /// <param name="others">The points of the columns of the graph, which stay; in the same layout.</param>
    /// <param name="epoch">The number of the pass, from 0.</param>
    /// <param name="rate">The step in units of the slope.</param>
    /// <param name="moveBoth">
    /// Whether a point also moves for the other end of its pairs, which stays for now and moves in its own turn.
    /// </param>
    /// <param name="turn">Moves every so-many-th point alone, from this one on.</param>
    /// <param name="turns">How many turns a pass has.</param>
    public void Step(
        float[] points, float[] others, int epoch, double rate, bool moveBoth, int turn = 0, int turns = 1)
    {
        int count = states.Length, parts = Math.Min(Team.Size, count);
        Team.Run(parts, part =>
        {
            (int first, int length) = Team.Part(count, part, parts);
            var move = new Move(a, b, drawn);
            int[] pulling = new int[mostNeighbors];
            for (int i = first + (turn - first % turns + turns) % turns; i < first + length; i += turns)
            {
                var random = new ChainRandom(states[i]);
                (float x, float y) = (points[i], points[count + i]);
                int due = 0;
                for (int k = graph.Starts[i]; k < graph.Starts[i + 1]; k++)
                {
                    // Membership in units of the largest is the share of passes in which the pair moves.
                    double share = graph.Values[k] / largest;
                    if (Math.Floor((epoch + 1) * share) > Math.Floor(epoch * share))
                    {
                        pulling[due++] = graph.Others[k];
                    }
                }

                // A pair pulls at both of its ends, and stands in the rows of both. Two pulls by different neighbors
                // move a point less far astray than twice the pull of one.
                for (int k = 0; k < due; k++)
                {
                    int second = moveBoth ? pulling[(k + due / 2) % due] : -1;
                    move.Set(others, pulling[k], second, moveBoth ? i : -1, random);
                    (x, y) = move.Apply(x, y, (float)rate);
                }

                (points[i], points[count + i], states[i]) = (x, y, random.State);
            }
        });
    }

    /// <summary>Two pulls and some pushes, side by side in vectors.</summary>
    private sealed class Move
    {
        private const int Pulls = 2;

        private readonly float a;
        private readonly float b;
        private readonly int drawn;
        private readonly float[] x;
        private readonly float[] y;
        private readonly float[] limits;
        private readonly float[] pulls;

        public Move(float a, float b, int drawn)
        {
            (this.a, this.b, this.drawn) = (a, b, drawn);
            int width = Vector256<float>.Count, padded = (Pulls + drawn + width - 1) / width * width;
            (x, y, limits, pulls) = (new float[padded], new float[padded], new float[padded], new float[padded]);
            Array.Fill(x, Away);
            Array.Fill(y, Away);
            Array.Fill(limits, MaxMove);
            pulls[0] = pulls[1] = -2.0f * a * b;
        }

        /// <summary>Sets the neighbors that pull, the second below 0 for none, and draws those that push.</summary>
        public void Set(float[] others, int first, int second, int self, ChainRandom random)
        {
            int count = others.Length / 2;
            (x[0], y[0]) = (others[first], others[count + first]);
            (x[1], y[1]) = second < 0 ? (Away, Away) : (others[second], others[count + second]);
            for (int lane = Pulls; lane < Pulls + drawn; lane++)
            {
                int other = (int)(random.NextDouble() * count);
                (x[lane], y[lane]) = other == self ? (Away, Away) : (others[other], others[count + other]);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public (float X, float Y) Apply(float atX, float atY, float rate)
        {
            Vector256<float> centerX = Vector256.Create(atX), centerY = Vector256.Create(atY);
            Vector256<float> moveX = default, moveY = default, one = Vector256<float>.One;
            for (int lane = 0; lane < x.Length; lane += Vector256<float>.Count)
            {
                Vector256<float> dx = centerX - Vector256.Create(x, lane), dy = centerY - Vector256.Create(y, lane);
                Vector256<float> square = dx * dx + dy * dy;
                Vector256<float> power = Vector256.Exp(Vector256.Create(b) * Vector256.Log(square));
                Vector256<float> pull = Vector256.Create(pulls, lane), limit = Vector256.Create(limits, lane);
                var isPull = Vector256.LessThan(pull, Vector256<float>.Zero);
                Vector256<float> top = Vector256.ConditionalSelect(isPull, pull * power, Vector256.Create(2.0f * b));
                Vector256<float> bottom = Vector256.ConditionalSelect(
                    isPull, Vector256.Max(square, Vector256.Create(float.Epsilon)),
                    square + Vector256.Create(Softening));
                Vector256<float> slope = top / (bottom * (one + Vector256.Create(a) * power));
                moveX += Vector256.Max(-limit, Vector256.Min(limit, slope * dx));
                moveY += Vector256.Max(-limit, Vector256.Min(limit, slope * dy));
            }

            return (atX + rate * Vector256.Sum(moveX), atY + rate * Vector256.Sum(moveY));
        }
    }
}
