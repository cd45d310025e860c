using Math4AI.Data;
using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Processes;

/// <summary>One file a process: every process gets the lines of all, in the order of the processes.</summary>
public class PartFilesTests : TemporaryFolder
{
    [Theory]
    [InlineData("part-{rank}.csv", "part-7.csv")]
    [InlineData("{rank:000}/part.csv", "007/part.csv")]
    public void Rank_stands_for_the_number_of_the_process(string pattern, string name)
    {
        Assert.True(PartFiles.IsPattern(pattern));
        Assert.False(PartFiles.IsPattern(name));
        Assert.Equal(name, PartFiles.NameOf(pattern, 7));
    }

    [Fact]
    public void Every_process_gets_the_lines_of_all()
    {
        // The second part does not end its last line, and the third has names alone.
        Write("a,b\n1,2\n3,4\n", "a,b\n5,\"6\n7\"", "a,b\n", "a,b\n8,9\n");
        string[] joined = Join(4, hasNames: true, parts => File.ReadAllText(parts.Path));
        Assert.All(joined, text => Assert.Equal("a,b\n1,2\n3,4\n5,\"6\n7\"\n8,9\n", text));
        Assert.Equal("part-{rank}.csv", Join(4, true, parts => Path.GetFileName(parts.Path))[0]);
    }

    [Fact]
    public void A_text_has_no_line_of_names()
    {
        Write("one two\n", "one two", "three\n");
        Assert.All(
            Join(3, hasNames: false, parts => File.ReadAllText(parts.Path)),
            text => Assert.Equal("one two\none two\nthree\n", text));
    }

    [Theory]
    [InlineData("Column 'a', row 2: not so", "Column 'a', row 2 (row 2 of part-0.csv): not so")]
    [InlineData("Column 'a', row 3: not so", "Column 'a', row 3 (row 1 of part-1.csv): not so")]
    [InlineData("Column 'a', row 4: not so", "Column 'a', row 4 (row 1 of part-2.csv): not so")]
    [InlineData("t.csv, line 3: not so", "t.csv, line 3 (line 3 of part-0.csv): not so")]
    [InlineData("t.csv, line 4: not so", "t.csv, line 4 (line 2 of part-1.csv): not so")]
    [InlineData("t.csv, line 6: not so", "t.csv, line 6 (line 2 of part-2.csv): not so")]
    [InlineData("Row 99 is beyond", "Row 99 is beyond")]
    public void A_row_of_all_is_named_by_its_part(string message, string expected)
    {
        Write("a,b\n1,2\n3,4\n", "a,b\n5,\"6\n7\"", "a,b\n8,9\n");
        Assert.All(Join(3, hasNames: true, parts => parts.Locate(message)), text => Assert.Equal(expected, text));
    }

    [Fact]
    public void What_does_not_fit_is_said_in_every_process()
    {
        Write("a,b\n1,2\n", "a,c\n1,2\n");
        Assert.All(Refused(2), text => Assert.Contains(
            "The line of names of the columns must be the same in all processes", text));
        Write("a,b\n1,2\n", "a,b\n1,2\n", "a,b\n1,2\n");
        Assert.All(Refused(2), text => Assert.Contains("part-2.csv is there as well, and 2 processes", text));
        Assert.Contains("part-3.csv, the part of this process, is not there", Refused(4)[0]);
        Write("a,b\n1,2\n", string.Empty, "a,b\n1,2\n");
        Assert.All(Refused(3), text => Assert.Contains("part-1.csv", text));
        Write("a,b\n1,2\n", "# a remark\na,b\n1,2\n", "a,b\n1,2\n");
        Assert.All(Refused(3), text => Assert.Contains("does not begin with a line of names", text));
        Assert.Contains(
            "there is one process alone",
            Assert.Throws<ArgumentException>(
                () => PartFiles.Join(In("part-{rank}.csv"), ProcessGroup.Single, hasNames: true)).Message);
    }

    [Fact]
    public void Samples_of_all_follow_each_other_in_time()
    {
        Matrix<double> all = Matrix<double>.Build.Dense(2, 12, (i, j) => Math.Sin(i + 3.0 * j));
        NpyWriter.Write(In("part-0.npy"), all.SubMatrix(0, 2, 0, 3));
        NpyWriter.Write(In("part-1.npy"), all.SubMatrix(0, 2, 3, 9));
        Assert.All(
            ThreadGroup.Run(2, group =>
            {
                using PartFiles parts = PartFiles.JoinSamples(In("part-{rank}.npy"), group);
                return (MatrixFile.Read(parts.Path), parts.Locate("Sample 5 of channel 1 is NaN"));
            }),
            joined =>
            {
                Assert.Equal(all, joined.Item1);
                Assert.Equal("Sample 5 (sample 2 of part-1.npy) of channel 1 is NaN", joined.Item2);
            });
        NpyWriter.Write(In("part-1.npy"), all.SubMatrix(0, 1, 3, 9));
        Assert.All(
            ThreadGroup.Run(2, group => Assert.Throws<IOException>(
                () => PartFiles.JoinSamples(In("part-{rank}.npy"), group)).Message),
            text => Assert.Contains("The number of channels must be the same in all processes", text));
    }

    private void Write(params string[] parts)
    {
        for (int part = 0; part < parts.Length; part++)
        {
            File.WriteAllText(In($"part-{part}.csv"), parts[part]);
        }
    }

    private T[] Join<T>(int count, bool hasNames, Func<PartFiles, T> use) => ThreadGroup.Run(count, group =>
    {
        using PartFiles parts = PartFiles.Join(In("part-{rank}.csv"), group, hasNames);
        return use(parts);
    });

    private string[] Refused(int count) => ThreadGroup.Run(count, group =>
        Record.Exception(() => PartFiles.Join(In("part-{rank}.csv"), group, hasNames: true))!.Message);
}
