using Math4AI.Data;

namespace Math4AI.Tests.Data;

public class FileTransactionTests : TemporaryFolder
{
    [Fact]
    public void Files_appear_together_at_the_commit()
    {
        using var files = new FileTransaction();
        File.WriteAllText(files.Add(In("sub/a.txt")), "a");
        File.WriteAllText(files.Add(In("sub/b.txt")), "b");
        Assert.False(File.Exists(In("sub/a.txt")));
        files.Commit();
        Assert.Equal(["a.txt", "b.txt"], Directory.GetFiles(In("sub")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Without_a_commit_neither_files_nor_folders_stay()
    {
        using (var files = new FileTransaction())
        {
            File.WriteAllText(files.Add(In("sub/deep/a.txt")), "a");
            files.Add(In("sub/deep/never-written.txt"));
        }

        Assert.Empty(Names());
    }

    [Fact]
    public void A_folder_that_was_there_before_stays()
    {
        Directory.CreateDirectory(In("mine"));
        using (var files = new FileTransaction())
        {
            files.Add(In("mine/a.txt"));
        }

        Assert.Equal(["mine"], Names());
    }

    [Fact]
    public void A_failure_while_writing_leaves_the_old_file()
    {
        File.WriteAllText(In("a.txt"), "old");
        Assert.Throws<IOException>(() => FileTransaction.WriteOne(In("a.txt"), true, path =>
        {
            File.WriteAllText(path, "half");
            throw new IOException("disk full");
        }));
        Assert.Equal("old", File.ReadAllText(In("a.txt")));
        Assert.Equal(["a.txt"], Names());
    }

    [Fact]
    public void A_failure_names_the_file_that_was_wanted_and_not_the_hidden_one()
    {
        IOException failure = Assert.Throws<IOException>(() =>
            FileTransaction.WriteOne(
                In("a.txt"), true, path => throw new IOException($"No space left on device : '{path}'")));
        Assert.Equal($"No space left on device : '{In("a.txt")}'", failure.Message);
    }

    [Fact]
    public void What_is_written_inside_a_transaction_has_one_hidden_name()
    {
        using var files = new FileTransaction();
        FileTransaction.WriteOne(files.Add(In("a.txt")), replace: false, path => File.WriteAllText(path, "a"));
        Assert.False(File.Exists(In("a.txt")));
        Assert.Equal(In("a.txt"), FileTransaction.WithFinalNames(Assert.Single(Directory.GetFiles(In("."))))
            .Replace("/./", "/", StringComparison.Ordinal));
        files.Commit();
        Assert.Equal("a", File.ReadAllText(In("a.txt")));
    }

    [Fact]
    public void A_file_that_exists_is_refused_before_it_is_touched()
    {
        File.WriteAllText(In("a.txt"), "old");
        using var files = new FileTransaction();
        var refusal = Assert.Throws<IOException>(() => files.Add(In("a.txt")));
        Assert.Contains("exists already", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_with_a_file_that_was_never_written_does_not_appear_in_part()
    {
        File.WriteAllText(In("a.txt"), "old");
        using (var files = new FileTransaction(replace: true))
        {
            File.WriteAllText(files.Add(In("a.txt")), "new");
            files.Add(In("b.txt"));
            Assert.Contains(
                "b.txt was not written", Assert.Throws<IOException>(files.Commit).Message, StringComparison.Ordinal);
        }

        Assert.Equal("old", File.ReadAllText(In("a.txt")));
        Assert.Equal(["a.txt"], Names());
    }

    [Fact]
    public void A_file_that_came_meanwhile_is_not_overwritten()
    {
        using var files = new FileTransaction();
        File.WriteAllText(files.Add(In("a.txt")), "mine");
        File.WriteAllText(files.Add(In("b.txt")), "mine");
        File.WriteAllText(In("b.txt"), "another's");
        Assert.Throws<IOException>(files.Commit);
        Assert.False(File.Exists(In("a.txt")));
        Assert.Equal("another's", File.ReadAllText(In("b.txt")));
    }

    [Fact]
    public void A_folder_is_claimed_by_one_transaction_at_a_time()
    {
        string folder = In("out");
        using (var first = new FileTransaction())
        {
            first.Claim(folder);
            using var second = new FileTransaction();
            string message = Assert.Throws<IOException>(() => second.Claim(folder)).Message;
            Assert.Contains($"Another run is writing to {folder}", message, StringComparison.Ordinal);
        }

        Assert.Empty(Names());
        using var third = new FileTransaction();
        third.Claim(folder);
        File.WriteAllText(third.Add(Path.Combine(folder, "a.txt")), "a");
        third.Commit();
        third.Dispose();
        Assert.Equal(["a.txt"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void What_a_process_left_that_has_ended_is_deleted_and_what_a_living_one_writes_stays()
    {
        using var other = new FileTransaction();
        string living = other.Add(In("living.txt"));
        File.WriteAllText(living, "half");

        // The same process number with another start: that process is no more.
        string dead = In(Path.GetFileName(living).Replace("living", "dead", StringComparison.Ordinal));
        int start = dead.LastIndexOf(".partial", StringComparison.Ordinal) - 24;
        dead = dead[..start] + (dead[start] == '0' ? '1' : '0') + dead[(start + 1)..];
        File.WriteAllText(dead, "half");
        FileTransaction.WriteOne(In("a.txt"), replace: false, path => File.WriteAllText(path, "a"));
        Assert.Equal(new[] { "a.txt", Path.GetFileName(living) }.Order(), Names().Order());
    }

    [Fact]
    public void A_commit_that_had_begun_is_completed_but_for_files_that_were_written_since()
    {
        foreach (string name in new[] { "kept.txt", "late.txt", "old.txt" })
        {
            File.WriteAllText(In(name), "old");
        }

        string[] partial = [PartialName.For(In("kept.txt")), PartialName.For(In("late.txt"))];
        Array.ForEach(partial, path => File.WriteAllText(path, "new"));
        long Stamp(string name) => File.GetLastWriteTimeUtc(In(name)).Ticks;
        File.WriteAllText(In(".math4ai.commit"), $$"""
            {"Version": 1, "Moves": [
              {"From": "{{Path.GetFileName(partial[0])}}", "To": "kept.txt", "Stamp": {{Stamp("kept.txt")}}},
              {"From": "{{Path.GetFileName(partial[1])}}", "To": "late.txt", "Stamp": {{Stamp("late.txt") - 1}}}],
             "Deletions": [{"From": "", "To": "old.txt", "Stamp": {{Stamp("old.txt")}}}]}
            """);
        FileTransaction.Recover(Folder);
        Assert.Equal(["kept.txt", "late.txt"], Names().Order());
        Assert.Equal("new", File.ReadAllText(In("kept.txt")));
        Assert.Equal("old", File.ReadAllText(In("late.txt")));
    }

    [Theory]
    [InlineData("""{"Version": 1, "Moves": [], "Deletions": [{"From": "", "To": "../a.txt", "Stamp": -1}]}""")]
    [InlineData("""{"Version": 1, "Moves": [{"From": "a.txt", "To": "b.txt", "Stamp": -1}], "Deletions": []}""")]
    [InlineData("""{"Version": 2, "Moves": [], "Deletions": []}""")]
    [InlineData("no journal")]
    public void A_journal_from_elsewhere_changes_nothing_but_hidden_files_beside_it(string journal)
    {
        Directory.CreateDirectory(In("sub"));
        File.WriteAllText(In("sub/a.txt"), "a");
        File.WriteAllText(In("sub/.math4ai.commit"), journal);
        IOException refused = Assert.Throws<IOException>(() => FileTransaction.Recover(In("sub")));
        Assert.Contains(".math4ai.commit", refused.Message, StringComparison.Ordinal);
        Assert.Equal("a", File.ReadAllText(In("sub/a.txt")));
    }
}
