using Math4AI.Data;

namespace Math4AI.Cli;

/// <summary>Checks, before any work, the files and folders that a verb will write to.</summary>
internal static class OutputFiles
{
    /// <summary>The file of the results as JSON.</summary>
    public const string ResultName = "result.json";

    /// <summary>Throws if a file exists already, unless it may be replaced.</summary>
    /// <param name="force">Whether <c>--force</c> was given.</param>
    /// <param name="option">The option that names another place.</param>
    /// <param name="paths">The files.</param>
    /// <exception cref="IOException">One of them exists, or is a device.</exception>
    public static void RequireFree(bool force, string option, params IEnumerable<string> paths)
    {
        foreach (string path in paths)
        {
            FileTransaction.RequireNoDevice(path);
        }

        if (!force && paths.FirstOrDefault(Path.Exists) is { } taken)
        {
            throw new IOException(Directory.Exists(taken)
                ? $"{taken} is a folder, and a file is written: name a file with {option}."
                : $"{taken} exists already: replace it with --force, or name another place with {option}.");
        }
    }

    /// <summary>
    /// Writes <c>result.json</c> and <c>report.html</c>; without a page, that of an earlier run is deleted.
    /// </summary>
    public static void Write(FileTransaction files, string folder, string result, Func<string>? page)
    {
        File.WriteAllText(files.Add(Path.Combine(folder, ResultName)), result + "\n");
        string report = Path.Combine(folder, "report.html");
        if (page is null)
        {
            files.Remove(report);
        }
        else
        {
            File.WriteAllText(files.Add(report), page());
        }
    }

    /// <summary>Claims the folder of the output for this run.</summary>
    /// <exception cref="IOException">The path is that of a file, or another run is writing to the folder.</exception>
    public static void Claim(FileTransaction files, string path)
    {
        if (File.Exists(path))
        {
            FileTransaction.RequireNoDevice(path);
            throw new IOException($"{path} is a file: name a folder with -o.");
        }

        files.Claim(path);
    }
}
