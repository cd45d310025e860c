namespace Math4AI.Separation.Quality;

/// <summary>All orders of a few things.</summary>
internal static class Permutations
{
    /// <summary>Enumerates the permutations of 0 … count − 1.</summary>
    public static IEnumerable<int[]> Of(int count) =>
        count == 0
            ? [[]]
            : Of(count - 1).SelectMany(order => Enumerable.Range(0, count)
                .Select(at => order[..at].Append(count - 1).Concat(order[at..]).ToArray()));
}
