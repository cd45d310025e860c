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
    private readonly Affinities graph;
    private readonly UmapCurve curve;
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
        (this.graph, this.curve, this.drawn) = (graph, curve, drawn);
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
            int last = first + length - 1;
            var moves = new UmapMoves(curve, drawn, mostNeighbors, moveBoth);
            for (int i = first + (turn - first % turns + turns) % turns; i <= last; i += turns)
            {
                AddPulls(moves, i, epoch);
                moves.Take(i, points[i], points[count + i], states[i]);
                while (!moves.HasRoom)
                {
                    moves.Run(others, (float)rate, points, states);
                }
            }

            while (moves.HasPoints)
            {
                moves.Run(others, (float)rate, points, states);
            }
        });
    }

    /// <summary>Adds the neighbors of a point whose pairs move in a pass.</summary>
    private void AddPulls(UmapMoves moves, int point, int epoch)
    {
        for (int k = graph.Starts[point]; k < graph.Starts[point + 1]; k++)
        {
            // Membership in units of the largest is the share of passes in which the pair moves.
            double share = graph.Values[k] / largest;
            if (Math.Floor((epoch + 1) * share) > Math.Floor(epoch * share))
            {
                moves.Pull(graph.Others[k]);
            }
        }
    }
}
