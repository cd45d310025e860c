namespace Math4AI.Unsupervised.Clusters;

/// <summary>
/// Sets that are united by several threads at once, without locks. The root of a set is its smallest member, whatever
/// the order of the unions. Source: R. Anderson, H. Woll, "Wait-free parallel algorithms for the union-find problem",
/// STOC 1991.
/// </summary>
internal sealed class DisjointSets
{
    private readonly int[] parents;

    public DisjointSets(int count) => parents = [.. Enumerable.Range(0, count)];

    public int RootOf(int member)
    {
        while (true)
        {
            int parent = Volatile.Read(ref parents[member]);
            if (parent == member)
            {
                return member;
            }

            // A shorter way for the next one; if another thread has found one meanwhile, that one stays.
            int above = Volatile.Read(ref parents[parent]);
            Interlocked.CompareExchange(ref parents[member], above, parent);
            member = parent;
        }
    }

    public void Unite(int first, int second)
    {
        while (true)
        {
            int a = RootOf(first), b = RootOf(second);
            if (a == b)
            {
                return;
            }

            (int low, int high) = a < b ? (a, b) : (b, a);
            if (Interlocked.CompareExchange(ref parents[high], low, high) == high)
            {
                return;
            }
        }
    }
}
