using Math4AI.Data;

namespace Math4AI.Cli;

/// <summary>Checks, before any work, the files and folders that a verb will write to.</summary>
internal static class OutputFiles
{
    /// <summary>Throws if a file exists already, unless it may be replaced.</summary>
    /// <param name="force">Whether <c>--force</c> was given.</param>
    /// <param name="option">The option that names another place.</param>
    /// <param name="paths">The files.</param>
    /// <exception cref="IOException">One of them exists.</exception>
    public static void RequireFree(bool force, string option, params IEnumerable<string> paths)
    {
        if (!force && paths.FirstOrDefault(Path.Exists) is { } taken)
        {
            throw new IOException(
                $"{taken} exists already: replace it with --force, or name another place with {option}.");
        }
    }

    /// <summary>Claims the folder of the output for this run.</summary>
    /// <exception cref="IOException">The path is that of a file, or another run is writing to the folder.</exception>
    public static void Claim(FileTransaction files, string path)
    {
        if (File.Exists(path))
        {
            throw new IOException($"{path} is a file: name a folder with -o.");
        }

        files.Claim(path);
    }
}
