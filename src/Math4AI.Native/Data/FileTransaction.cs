using System.Text.RegularExpressions;
using Math4AI.Interop;

namespace Math4AI.Data;

/// <summary>
/// Writes files whole or not at all: each is written under a hidden name in the same folder, and renamed by
/// <see cref="Commit"/>. Without a commit nothing remains.
/// </summary>
public sealed partial class FileTransaction : IDisposable
{
    private readonly bool replace;
    private readonly List<(string Partial, string Final)> files = [];
    private readonly List<string> createdFolders = [];
    private readonly List<string> obsolete = [];
    private readonly HashSet<string> written = [];
    private readonly List<FileStream> claims = [];
    private readonly Lock guard = new();
    private bool isOver;

    /// <summary>Starts a transaction without files.</summary>
    /// <param name="replace">Whether existing files may be replaced.</param>
    public FileTransaction(bool replace = false) => this.replace = replace;

    /// <summary>Writes one file whole or not at all.</summary>
    /// <param name="path">The path that the file is to have.</param>
    /// <param name="replace">Whether an existing file may be replaced.</param>
    /// <param name="write">Writes the content to the given path.</param>
    /// <exception cref="IOException">The file exists, or it cannot be written.</exception>
    public static void WriteOne(string path, bool replace, Action<string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (HiddenName().IsMatch(path))
        {
            // The path comes from another transaction, which moves the file.
            write(path);
            return;
        }

        using var transaction = new FileTransaction(replace);
        try
        {
            write(transaction.Add(path));
        }
        catch (IOException e) when (HiddenName().IsMatch(e.Message))
        {
            throw new IOException(WithFinalNames(e.Message), e);
        }

        transaction.Commit();
    }

    /// <summary>Replaces the hidden names of files that are being written by their final names.</summary>
    /// <param name="message">A text, such as the message of an exception.</param>
    public static string WithFinalNames(string message) => HiddenName().Replace(message, "$1");

    /// <summary>Throws if one of the files exists and may not be replaced. Call it before long work.</summary>
    /// <exception cref="IOException">One of them exists.</exception>
    public void RequireFree(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        foreach (string path in paths)
        {
            if (!replace && Path.Exists(path))
            {
                throw new IOException($"{path} exists already: allow it to be replaced, or choose another path.");
            }
        }
    }

    /// <summary>Gets the full path of a file, with links resolved.</summary>
    /// <param name="path">A file, which need not exist.</param>
    public static string FinalPath(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    /// <summary>
    /// Claims a folder, and creates it if it does not exist: until this transaction is disposed, no other can claim it.
    /// The claim of a process that is killed ends with the process.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">Another transaction, of any process, has claimed the folder.</exception>
    public void Claim(string folder)
    {
        const int Locked = 11, LockedOnMac = 35, LockedOnWindows = unchecked((int)0x80070020);
        string full = Path.GetFullPath(folder);
        lock (guard)
        {
            ObjectDisposedException.ThrowIf(isOver, this);
            CreateFolder(full);
            try
            {
                claims.Add(new FileStream(Path.Combine(full, ".math4ai.lock"), new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    Options = FileOptions.DeleteOnClose,
                }));
            }
            catch (IOException e) when (e.HResult is Locked or LockedOnMac or LockedOnWindows)
            {
                throw new IOException(
                    $"Another run is writing to {folder}: wait until it ends, or choose another folder.", e);
            }
        }
    }

    /// <summary>Adds a file to the transaction, and creates its folder if it does not exist.</summary>
    /// <param name="path">The path that the file is to have.</param>
    /// <returns>The path to write to.</returns>
    /// <exception cref="IOException">
    /// The file exists and may not be replaced, or its folder cannot be created.
    /// </exception>
    public string Add(string path)
    {
        // The target of a link is replaced, not the link.
        string final = FinalPath(path);
        RequireFree([final]);
        if (OperatingSystem.IsLinux() && File.Exists(final) && !LibC.IsRegularFile(final))
        {
            throw new IOException($"{path} is a device or a pipe, not a file that could be replaced.");
        }

        if (Directory.Exists(final))
        {
            throw new IOException(
                $"{path} is a folder, and a file of that name would replace it: choose another path.");
        }

        string folder = Path.GetDirectoryName(final)
            ?? throw new IOException($"{path} cannot be the path of a file.");
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

    /// <summary>Marks a file for deletion by the commit, because it belongs to what is replaced.</summary>
    /// <param name="path">The file.</param>
    public void Remove(string path) => obsolete.Add(Path.GetFullPath(path));

    /// <summary>
    /// Moves every file to its path. Everything that can be checked is checked before the first one moves, so that the
    /// files appear together.
    /// </summary>
    /// <exception cref="IOException">
    /// A file was not written, was created by someone else meanwhile, or cannot be moved.
    /// </exception>
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

    /// <summary>
    /// Deletes what was not committed, and the folders that were created for it. Any thread may call it.
    /// </summary>
    public void Dispose()
    {
        lock (guard)
        {
            isOver = true;
            files.ForEach(file => File.Delete(file.Partial));
            files.Clear();
            claims.ForEach(claim => claim.Dispose());
            claims.Clear();
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

    [GeneratedRegex(@"\.([^/\\]+)\.[0-9a-f]{32}\.partial")]
    private static partial Regex HiddenName();

    private void CreateFolder(string folder)
    {
        var missing = new Stack<string>();
        for (string? place = folder; place is not null && !Directory.Exists(place);
            place = Path.GetDirectoryName(place))
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
