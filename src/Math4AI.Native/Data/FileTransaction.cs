using Math4AI.Interop;

namespace Math4AI.Data;

/// <summary>
/// Writes files whole or not at all: each is written under a hidden name in the same folder, and renamed by
/// <see cref="Commit"/>. Without a commit nothing remains. The files of one folder appear together even if the process
/// is killed while they do: the next transaction there, or the next reading of a model, does the rest.
/// </summary>
public sealed class FileTransaction : IDisposable
{
    private readonly bool replace;
    private readonly List<(string Partial, string Final)> files = [];
    private readonly List<string> createdFolders = [];
    private readonly List<string> obsolete = [];
    private readonly HashSet<string> written = [];
    private readonly HashSet<string> recovered = [];
    private readonly List<FileStream> claims = [];
    private readonly Lock guard = new();
    private bool isOver;

    /// <summary>Starts a transaction without files.</summary>
    /// <param name="replace">Whether existing files may be replaced.</param>
    public FileTransaction(bool replace = false) => this.replace = replace;

    /// <summary>
    /// Gets whether a commit of one file waits until it is on the disk, so that a loss of power leaves the old file or
    /// the new one; a commit of several files of one folder always does.
    /// </summary>
    public bool IsDurable { get; init; }

    /// <summary>Writes one file whole or not at all.</summary>
    /// <param name="path">The path that the file is to have.</param>
    /// <param name="replace">Whether an existing file may be replaced.</param>
    /// <param name="write">Writes the content to the given path.</param>
    /// <param name="isDurable">Whether to wait until the file is on the disk (<see cref="IsDurable"/>).</param>
    /// <exception cref="IOException">The file exists, or it cannot be written.</exception>
    public static void WriteOne(string path, bool replace, Action<string> write, bool isDurable = false)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (PartialName.IsIn(path))
        {
            // The path comes from another transaction, which moves the file.
            write(path);
            return;
        }

        using var transaction = new FileTransaction(replace) { IsDurable = isDurable };
        try
        {
            write(transaction.Add(path));
        }
        catch (IOException e) when (PartialName.IsIn(e.Message))
        {
            throw new IOException(WithFinalNames(e.Message), e);
        }

        transaction.Commit();
    }

    /// <summary>Replaces the hidden names of files that are being written by their final names.</summary>
    /// <param name="message">A text, such as the message of an exception.</param>
    public static string WithFinalNames(string message) => PartialName.WithFinalNames(message);

    /// <summary>
    /// Clears up after processes that were killed while they wrote to a folder: completes a commit that had begun, and
    /// deletes unfinished files. Files that a living process is writing stay. Every transaction does this in the
    /// folders that it writes to.
    /// </summary>
    /// <param name="folder">The folder; where there is none, nothing happens.</param>
    /// <exception cref="IOException">A commit had begun and cannot be completed.</exception>
    public static void Recover(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
        {
            return;
        }

        CommitJournal.Complete(folder);
        var all = new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };
        foreach (string path in Directory.EnumerateFiles(folder, ".*.partial", all).Where(PartialName.IsAbandoned))
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What cannot be deleted does no harm.
            }
        }
    }

    /// <summary>Throws if a path is that of a device, a pipe or a socket, which cannot be replaced.</summary>
    /// <param name="path">A path, which need not exist.</param>
    /// <exception cref="IOException">It is one.</exception>
    public static void RequireNoDevice(string path)
    {
        string final = FinalPath(path);
        if (OperatingSystem.IsLinux() && File.Exists(final) && !LibC.IsRegularFile(final))
        {
            throw new IOException($"{path} is a device or a pipe, not a file that could be replaced: name a file.");
        }
    }

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
            RecoverOnce(full);
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
        RequireNoDevice(path);
        RequireFree([final]);
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
            RecoverOnce(folder);
            string partial = PartialName.For(final);
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
    /// Moves every file to its path. Everything that can be checked is checked before the first one moves. Files of the
    /// folder of the first one appear together, whenever the process ends; those of other folders come before them.
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

            Move();
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

    private void Move()
    {
        string? folder = files.Count > 0 ? Path.GetDirectoryName(files[0].Final) : null;
        bool IsBeside(string path) => Path.GetDirectoryName(path) == folder;
        string[] gone = [.. obsolete.Except(written).Where(File.Exists)];
        (string Partial, string Final)[] set = [.. files.Where(file => IsBeside(file.Final))];
        bool isSet = set.Length + gone.Count(IsBeside) > 1;
        if (isSet || IsDurable)
        {
            files.ForEach(file => DurableFile.Sync(file.Partial));
        }

        foreach ((string partial, string final) in isSet ? files.Except(set) : files)
        {
            File.Move(partial, final, overwrite: replace);
        }

        foreach (string path in gone.Where(path => !isSet || !IsBeside(path)))
        {
            File.Delete(path);
        }

        if (isSet)
        {
            CommitJournal.Commit(folder!, set, gone.Where(IsBeside));
        }
        else if (IsDurable && folder is not null)
        {
            DurableFile.SyncFolder(folder);
        }
    }

    private void RecoverOnce(string folder)
    {
        if (recovered.Add(folder))
        {
            Recover(folder);
        }
    }

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
