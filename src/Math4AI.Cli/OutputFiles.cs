namespace Math4AI.Cli;

/// <summary>What verbs ask of the places that they will write to, before any work.</summary>
internal static class OutputFiles
{
    /// <summary>Refuses files that exist already, unless they may be replaced.</summary>
    /// <param name="force">Whether <c>--force</c> was given.</param>
    /// <param name="option">The option that names another place.</param>
    /// <param name="paths">The files.</param>
    /// <exception cref="IOException">One of them exists.</exception>
    public static void RequireFree(bool force, string option, params IEnumerable<string> paths)
    {
        if (!force && paths.FirstOrDefault(Path.Exists) is { } taken)
        {
            throw new IOException($"{taken} exists already: replace it with --force, or name another place with {option}.");
        }
    }

    /// <summary>Refuses a folder's name that a file has.</summary>
    /// <exception cref="IOException">It is a file.</exception>
    public static void RequireFolder(string path)
    {
        if (File.Exists(path))
        {
            throw new IOException($"{path} is a file: name a folder with -o.");
        }
    }
}
