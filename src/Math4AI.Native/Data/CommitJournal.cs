using System.Text.Json;
using System.Text.Json.Serialization;

namespace Math4AI.Data;

/// <summary>
/// What a commit does in one folder: written there before the first file moves, and deleted after the last one. A
/// process that is killed between leaves the journal, and whoever comes next does the rest, so that a set of files is
/// the old one or the new one.
/// </summary>
/// <param name="Version">The version of the format.</param>
/// <param name="Moves">The files to move from their hidden names to their final ones.</param>
/// <param name="Deletions">The files to delete.</param>
internal sealed record CommitJournal(
    int Version, IReadOnlyList<CommitJournal.Change> Moves, IReadOnlyList<CommitJournal.Change> Deletions)
{
    private const string Name = ".math4ai.commit";
    private const int CurrentVersion = 1;
    private const long Absent = -1;

    /// <summary>One file of the folder.</summary>
    /// <param name="From">Its hidden name; empty for a deletion.</param>
    /// <param name="To">Its final name.</param>
    /// <param name="Stamp">When the file of that name was last written, before the commit; −1 where none was.</param>
    internal sealed record Change(string From, string To, long Stamp);

    /// <summary>
    /// Moves and deletes files of a folder, all of them or, where the process is killed before, none.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="moves">Pairs of a hidden path and a final one, both in the folder.</param>
    /// <param name="deletions">Paths of the folder.</param>
    public static void Commit(
        string folder, IEnumerable<(string Partial, string Final)> moves, IEnumerable<string> deletions)
    {
        var journal = new CommitJournal(
            CurrentVersion,
            [.. moves.Select(move => new Change(
                Path.GetFileName(move.Partial), Path.GetFileName(move.Final), StampOf(move.Final)))],
            [.. deletions.Where(File.Exists).Select(path => new Change("", Path.GetFileName(path), StampOf(path)))]);
        string path = Path.Combine(folder, Name), partial = PartialName.For(path);
        try
        {
            File.WriteAllText(partial, JsonSerializer.Serialize(journal, CommitJournalJson.Default.CommitJournal));
            DurableFile.Sync(partial);
            File.Move(partial, path, overwrite: true);
            DurableFile.SyncFolder(folder);
            journal.CarryOut(folder, isLate: false);
        }
        finally
        {
            // Where a file cannot be moved, the caller is told, and nothing is left to do later.
            File.Delete(partial);
            File.Delete(path);
        }
    }

    /// <summary>Does what a killed process has left to do in a folder.</summary>
    /// <exception cref="IOException">It cannot be done: the message says what to do.</exception>
    public static void Complete(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path))
        {
            return;
        }

        try
        {
            CommitJournal? journal =
                JsonSerializer.Deserialize(File.ReadAllText(path), CommitJournalJson.Default.CommitJournal);
            if (journal is not { Version: CurrentVersion, Moves: not null, Deletions: not null }
                || !journal.Moves.Concat(journal.Deletions).All(IsSound))
            {
                throw new JsonException("no journal of this version");
            }

            journal.CarryOut(folder, isLate: true);
            File.Delete(path);
        }
        catch (FileNotFoundException)
        {
            // Its own process has just ended the commit.
        }
        catch (Exception e) when (e is JsonException or UnauthorizedAccessException or IOException)
        {
            throw new IOException(
                $"A run into {folder} was stopped while it put its files in their places, and the rest cannot be done: "
                + $"allow writing to the folder, or delete {Name} in it and run again.", e);
        }
    }

    /// <summary>A journal from elsewhere changes nothing but the files beside it.</summary>
    private static bool IsSound(Change change) =>
        change is { From: not null, To.Length: > 0 } && Path.GetFileName(change.To) == change.To
        && (change.From.Length == 0 || (Path.GetFileName(change.From) == change.From && PartialName.IsIn(change.From)
            && PartialName.WithFinalNames(change.From) == change.To));

    private static long StampOf(string path) => File.Exists(path) ? File.GetLastWriteTimeUtc(path).Ticks : Absent;

    /// <summary>
    /// Does what is not done yet; two processes may do it at once. Late, it leaves files that someone has written
    /// since.
    /// </summary>
    private void CarryOut(string folder, bool isLate)
    {
        foreach (Change move in Moves)
        {
            string from = Path.Combine(folder, move.From), to = Path.Combine(folder, move.To);
            if (isLate && StampOf(to) != move.Stamp)
            {
                File.Delete(from);
                continue;
            }

            try
            {
                File.Move(from, to, overwrite: move.Stamp != Absent);
            }
            catch (FileNotFoundException)
            {
                // It has been moved already.
            }
        }

        foreach (Change deletion in Deletions)
        {
            string path = Path.Combine(folder, deletion.To);
            if (StampOf(path) == deletion.Stamp)
            {
                File.Delete(path);
            }
        }

        DurableFile.SyncFolder(folder);
    }
}

[JsonSerializable(typeof(CommitJournal))]
internal sealed partial class CommitJournalJson : JsonSerializerContext;
