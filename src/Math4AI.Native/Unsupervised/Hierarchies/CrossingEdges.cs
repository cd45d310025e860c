namespace Math4AI.Unsupervised.Hierarchies;

/// <summary>
/// The shortest edges found so far between parts of the samples; several threads offer to it at once.
/// </summary>
internal abstract class CrossingEdges
{
    private readonly TreeEdge[] edges;
    private readonly double[] weights;
    private readonly Lock gate = new();

    private CrossingEdges(int count)
    {
        edges = new TreeEdge[count];
        weights = new double[count];
        Array.Fill(weights, double.PositiveInfinity);
    }

    /// <summary>Gets what was found.</summary>
    public IEnumerable<TreeEdge> Edges => edges.Where((_, i) => weights[i] < double.PositiveInfinity);

    /// <summary>Returns the weight below which an edge between two parts is of use.</summary>
    public abstract double Bound(int first, int second);

    /// <summary>Takes an edge between two parts if it is shorter than what is there.</summary>
    public abstract void Offer(int first, int second, TreeEdge edge);

    private void Put(int place, TreeEdge edge)
    {
        lock (gate)
        {
            if (edge.Weight < weights[place])
            {
                edges[place] = edge;
                Volatile.Write(ref weights[place], edge.Weight);
            }
        }
    }

    /// <summary>The shortest edge between every two of a few parts: a spanning tree is among them.</summary>
    public sealed class OfPairs(int parts) : CrossingEdges(parts * parts)
    {
        public override double Bound(int first, int second) => Volatile.Read(ref weights[Place(first, second)]);

        public override void Offer(int first, int second, TreeEdge edge) => Put(Place(first, second), edge);

        private int Place(int first, int second) => Math.Min(first, second) * parts + Math.Max(first, second);
    }

    /// <summary>The shortest edge that leaves each part: at least half of the parts are joined by them.</summary>
    public sealed class OfParts(int parts) : CrossingEdges(parts)
    {
        public override double Bound(int first, int second) =>
            Math.Max(Volatile.Read(ref weights[first]), Volatile.Read(ref weights[second]));

        public override void Offer(int first, int second, TreeEdge edge)
        {
            Put(first, edge);
            Put(second, edge);
        }
    }
}
