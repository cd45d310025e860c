using System.Globalization;

namespace Math4AI.Runtime;

/// <summary>The environment variables of this library and the values that they may have.</summary>
internal static class EnvironmentVariables
{
    public const string Threads = "MATH4AI_THREADS";

    // Set by Open MPI, and by MPICH's starter.
    private static readonly string[] ProcessesHere = ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"];

    private static readonly (string Name, string[] Values)[] Choices =
    [
        ("MATH4AI_PROVIDER", ["mkl", "mathnet", "managed"]),
        ("MATH4AI_MKL_DISPATCH", ["vendor"]),
        ("MATH4AI_DETERMINISTIC", ["0", "1"]),
        ("MATH4AI_MPI", ["openmpi", "mpich", "none"]),
    ];

    /// <summary>
    /// Returns one sentence for each variable whose value is not valid. An empty value counts as none.
    /// </summary>
    /// <param name="read">Returns the value of a variable; null if it is not set.</param>
    public static IEnumerable<string> Problems(Func<string, string?> read)
    {
        foreach ((string name, string[] values) in Choices)
        {
            if (read(name) is { Length: > 0 } text && !values.Contains(text, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"{name} is '{text}', and must be {string.Join(" or ", values)}, or unset.";
            }
        }

        if (read(Threads) is { Length: > 0 } number && !TryReadThreads(number, out _))
        {
            yield return $"{Threads} is '{number}', and must be a whole number from 1 on, or unset.";
        }
    }

    /// <summary>
    /// Returns how many processors a process should keep busy: those that it may use, and no more than its share where
    /// MPI started several processes on this machine and did not bind each to its own.
    /// </summary>
    /// <param name="usable">The processors that this process may use.</param>
    /// <param name="all">The processors of the machine.</param>
    /// <param name="read">Returns the value of a variable; null if it is not set.</param>
    public static int ProcessorsOf(int usable, int all, Func<string, string?> read)
    {
        foreach (string name in ProcessesHere)
        {
            if (TryReadThreads(read(name), out int processes))
            {
                return Math.Max(1, Math.Min(usable, all / processes));
            }
        }

        return usable;
    }

    /// <summary>Reads a number of threads; false if the text is none.</summary>
    public static bool TryReadThreads(string? text, out int threads) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out threads) && threads > 0;
}
