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
    private static readonly (string Variable, string Mpi, string Starter)[] Starters =
    [
        ("OMPI_COMM_WORLD_SIZE", "openmpi", "Open MPI"),
        ("PMI_SIZE", "mpich", "MPICH or one of its kin"),
    ];

    /// <summary>Reads the environment; null where this process was started alone.</summary>
    /// <param name="read">Returns the value of a variable; null if it is not set.</param>
    public static JobEnvironment? Read(Func<string, string?> read)
    {
        string? asked = read(Variable) is { Length: > 0 } text ? text.ToLowerInvariant() : null;
        foreach ((string variable, string mpi, string starter) in Starters)
        {
            if (asked != "none"
                && int.TryParse(read(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                && count > 1)
            {
                return new JobEnvironment(asked ?? mpi, count, starter);
            }
        }

        return null;
    }
}
