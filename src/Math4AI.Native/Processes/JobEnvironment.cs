using System.Globalization;

namespace Math4AI.Processes;

/// <summary>What the starter of a job of several processes left in the environment.</summary>
/// <param name="Mpi">The kind of MPI, as the library for it is named.</param>
/// <param name="Count">How many processes were started.</param>
/// <param name="Starter">What started them, for messages.</param>
internal sealed record JobEnvironment(string Mpi, int Count, string Starter)
{
    /// <summary>The variable that names the MPI where the starter leaves it open; none switches it off.</summary>
    public const string Variable = "MATH4AI_MPI";

    // Slurm starts both kinds: with PMIx those of Open MPI, with PMI-2 those of MPICH and its kin.
    private static readonly (string Size, string Rank, string Mpi, string Starter)[] Starters =
    [
        ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "openmpi", "Open MPI"),
        ("PMI_SIZE", "PMI_RANK", "mpich", "MPICH or one of its kin"),
    ];

    /// <summary>Reads the environment; null where this process was started alone.</summary>
    /// <param name="read">Returns the value of a variable; null if it is not set.</param>
    public static JobEnvironment? Read(Func<string, string?> read)
    {
        string? asked = Asked(read);
        foreach ((string size, _, string mpi, string starter) in Starters)
        {
            if (asked != "none" && Number(read(size)) is > 1 and { } count)
            {
                return new JobEnvironment(asked ?? mpi, count, starter);
            }
        }

        return null;
    }

    /// <summary>
    /// Reads the number of this process, from 0; null where this process was started alone, or is to be.
    /// </summary>
    /// <param name="read">Returns the value of a variable; null if it is not set.</param>
    public static int? ReadRank(Func<string, string?> read) => Asked(read) == "none"
        ? null
        : Starters.Select(starter => Number(read(starter.Rank))).FirstOrDefault(rank => rank is not null);

    private static string? Asked(Func<string, string?> read) =>
        read(Variable) is { Length: > 0 } text ? text.ToLowerInvariant() : null;

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
