using Math4AI.Interop;

namespace Math4AI.Data;

/// <summary>
/// Writes files whole or not at all: each is written beside its place under a hidden name, and moved there by
/// <see cref="Commit"/>. Without a commit nothing stays behind.
/// </summary>
public sealed class FileTransaction : IDisposable
{
    private readonly bool replace;
    private readonly List<(string Partial, string Final)> files = [];
    private readonly List<string> createdFolders = [];
    private readonly List<string> obsolete = [];
    private readonly HashSet<string> written = [];
    private readonly Lock guard = new();
    private bool isOver;

    /// <summary>Starts a transaction without files.</summary>
    /// <param name="replace">Whether files that are there already may be replaced.</param>
    public FileTransaction(bool replace = false) => this.replace = replace;

    /// <summary>Writes one file whole or not at all.</summary>
    /// <param name="path">Where it shall stand.</param>
    /// <param name="replace">Whether one that is there already may be replaced.</param>
    /// <param name="write">Writes the content to the path that it is given.</param>
    /// <exception cref="IOException">A file is there already, or the disk does not take it.</exception>
    public static void WriteOne(string path, bool replace, Action<string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var transaction = new FileTransaction(replace);
        write(transaction.Add(path));
        transaction.Commit();
    }

    /// <summary>Throws where one of the files is there already and may not be replaced. Call it before long work.</summary>
    /// <exception cref="IOException">One of them exists.</exception>
    public void RequireFree(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        foreach (string path in paths)
        {
            if (!replace && Path.Exists(path))
            {
                throw new IOException($"{path} exists already: allow it to be replaced, or choose another place.");
            }
        }
    }

    /// <summary>Gets the full path of a file, with links resolved.</summary>
    /// <param name="path">A file, which need not be there.</param>
    public static string FinalPath(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    /// <summary>Adds a file to the transaction, and makes its folder where there is none.</summary>
    /// <param name="path">Where the file shall stand at the end.</param>
    /// <returns>The path to write to.</returns>
    /// <exception cref="IOException">A file is there already and may not be replaced, or the folder cannot be made.</exception>
    public string Add(string path)
    {
        // What a link leads to is replaced, and not the link.
        string final = FinalPath(path);
        RequireFree([final]);
        if (OperatingSystem.IsLinux() && File.Exists(final) && !LibC.IsRegularFile(final))
        {
            throw new IOException($"{path} is a device or a pipe, and not a file that could be replaced.");
        }

        if (Directory.Exists(final))
        {
            throw new IOException($"{path} is a folder, and a file of that name is to be written.");
        }

        string folder = Path.GetDirectoryName(final)
            ?? throw new IOException($"{path} is no place for a file.");
        lock (guard)
        {
            ObjectDisposedException.ThrowIf(isOver, this);
            CreateFolder(folder);
            string partial = Path.Combine(folder, $".{Path.GetFileName(final)}.{Guid.NewGuid():N}.partial");
            files.Add((partial, final));
            written.Add(final);
            written.Add(Path.GetFullPath(path));
            return partial;
        }
    }

    /// <summary>Marks a file that the commit deletes, because it belongs to what is replaced.</summary>
    /// <param name="path">The file.</param>
    public void Remove(string path) => obsolete.Add(Path.GetFullPath(path));

    /// <summary>
    /// Moves every file to its place. What can be known before the first of them moves is checked then, so that a set appears whole.
    /// </summary>
    /// <exception cref="IOException">A file was not written, has come to be there meanwhile, or cannot be moved.</exception>
    public void Commit()
    {
        lock (guard)
        {
            ObjectDisposedException.ThrowIf(isOver, this);
            RequireFree(files.Select(file => file.Final));
            if (files.Find(file => !File.Exists(file.Partial)).Final is { } missing)
            {
                throw new IOException($"{missing} was not written.");
            }

            foreach ((string partial, string final) in files)
            {
                File.Move(partial, final, overwrite: replace);
            }

            obsolete.Except(written).ToList().ForEach(File.Delete);
            files.Clear();
            createdFolders.Clear();
        }
    }

    /// <summary>Deletes what was not committed, and the folders that were made for it. Another thread may call it.</summary>
    public void Dispose()
    {
        lock (guard)
        {
            isOver = true;
            files.ForEach(file => File.Delete(file.Partial));
            files.Clear();
            foreach (string folder in Enumerable.Reverse(createdFolders))
            {
                if (!Directory.EnumerateFileSystemEntries(folder).Any())
                {
                    Directory.Delete(folder);
                }
            }

            createdFolders.Clear();
        }
    }

    private void CreateFolder(string folder)
    {
        var missing = new Stack<string>();
        for (string? place = folder; place is not null && !Directory.Exists(place); place = Path.GetDirectoryName(place))
        {
            missing.Push(place);
        }

        foreach (string place in missing)
        {
            Directory.CreateDirectory(place);
            createdFolders.Add(place);
        }
    }
}
