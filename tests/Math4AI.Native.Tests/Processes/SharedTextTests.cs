using System.Globalization;
using System.Text;
using Math4AI.Data;
using Math4AI.Data.Tables;
using Math4AI.Processes;

namespace Math4AI.Tests.Processes;

/// <summary>Long texts of numbers, of which each process parses some lines, and all get all rows.</summary>
public class SharedTextTests : TemporaryFolder
{
    private const int Rows = 45_000;

    [Theory]
    [InlineData("plain", 2, true)]
    [InlineData("plain", 3, true)]
    [InlineData("quoted names", 3, true)]
    [InlineData("decimal commas", 2, true)]
    [InlineData("blanks", 3, true)]
    [InlineData("remarks and empty lines", 3, true)]
    [InlineData("skipped lines", 2, true)]
    [InlineData("carriage returns alone", 2, false)]
    [InlineData("one long remark", 2, false)]
    [InlineData("a quoted line end", 2, false)]
    [InlineData("names over two lines", 2, false)]
    [InlineData("short", 3, false)]
    public void Numbers_are_those_of_one_process(string kind, int count, bool isDivided)
    {
        Write(kind);
        var options = new NumberTableOptions
        {
            DropsMissing = true,
            Table = new TableOptions { SkippedLines = kind == "skipped lines" ? 2 : 0 },
        };
        NumberTable alone = NumberTable.Read(In("t.csv"), Wanted, options);
        (NumberTable Table, TextPart? Part)[] shared = ThreadGroup.Run(count, group =>
        {
            TableOptions text = options.Table with { Processes = group, HasComments = true };
            return (NumberTable.Read(In("t.csv"), Wanted, options with { Table = text }),
                TextPart.Of(In("t.csv"), text));
        });
        foreach ((NumberTable table, TextPart? part) in shared)
        {
            Assert.Equal(alone.Names, table.Names);
            Assert.Equal(alone.Dropped, table.Dropped);
            Assert.All(Wanted(alone.Names), name => Assert.Equal(alone.Column(name), table.Column(name)));
            Assert.Equal(isDivided, part is not null);
        }

        if (isDivided)
        {
            // The parts are all of the file, one after the other.
            Assert.Equal(new FileInfo(In("t.csv")).Length, shared[^1].Part!.End);
            Assert.Equal(shared[..^1].Select(each => each.Part!.End), shared[1..].Select(each => each.Part!.Start));
            Assert.All(shared, each => Assert.InRange(each.Part!.End - each.Part.Start, 1, long.MaxValue));
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("blanks")]
    [InlineData("no names")]
    [InlineData("short")]
    public void Samples_are_those_of_one_process(string kind)
    {
        Write(kind, isWhole: true);
        using ISampleFile alone = SampleFile.Open(In("t.csv"));
        double[] expected = All(alone);
        Assert.All(ThreadGroup.Run(3, group =>
        {
            using ISampleFile file = SampleFile.Open(In("t.csv"), group);
            return All(file);
        }), samples => Assert.Equal(expected, samples));
        double[] All(ISampleFile file)
        {
            double[] all = new double[file.Channels * file.Length];
            file.Read(0, (int)file.Length, all);
            return all;
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(30_000)]
    [InlineData(Rows)]
    public void What_is_no_number_is_named_by_its_line_in_the_file(int row)
    {
        Write("remarks and empty lines", isWhole: true);
        string[] lines = File.ReadAllLines(In("t.csv"));
        int line = Array.FindLastIndex(lines, text => text.StartsWith($"{row},", StringComparison.Ordinal));
        lines[line] = $"{row},1,oops";
        File.WriteAllLines(In("t.csv"), lines);
        string place = $"line {line + 1}, column";
        Assert.Contains(place, Assert.Throws<InvalidDataException>(
            () => NumberTable.Read(In("t.csv"), Wanted)).Message);
        Assert.All(Refused(group => NumberTable.Read(In("t.csv"), Wanted, new NumberTableOptions
        {
            Table = new TableOptions { Processes = group },
        })), message => Assert.Contains(place, message));
        Assert.All(Refused(group => SampleFile.Open(In("t.csv"), group)), message => Assert.Contains(place, message));

        // So is a line of another length, and a letter that is not UTF-8.
        lines[line] = $"{row},1";
        File.WriteAllLines(In("t.csv"), lines);
        Assert.All(
            Refused(group => SampleFile.Open(In("t.csv"), group)),
            message => Assert.Contains($"line {line + 1}: 2 numbers where", message));
        lines[line] = $"{row},1,\u00e9";
        File.WriteAllLines(In("t.csv"), lines, Encoding.Latin1);
        Assert.All(
            Refused(group => SampleFile.Open(In("t.csv"), group)),
            message => Assert.Contains($"line {line + 1}: the text is not UTF-8", message));
    }

    [Fact]
    public void Another_file_in_one_process_is_refused()
    {
        Write("plain", isWhole: true);
        File.Copy(In("t.csv"), In("u.csv"));
        File.AppendAllText(In("u.csv"), "1,2,3\n");
        Assert.All(
            Refused(group => SampleFile.Open(In(group.IsFirst ? "t.csv" : "u.csv"), group)),
            message => Assert.Contains("must be the same in all processes", message));
    }

    private static string[] Refused<T>(Func<ProcessGroup, T> work) => ThreadGroup.Run(
        3, group => Assert.ThrowsAny<IOException>(() => Described(() => work(group))).Message);

    /// <summary>Data that are invalid are no failure of reading; a test takes them as one.</summary>
    private static void Described<T>(Func<T> work)
    {
        try
        {
            _ = work();
        }
        catch (InvalidDataException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static IReadOnlyList<string> Wanted(IReadOnlyList<string> names) => [names[2], names[0]];

    /// <summary>Writes a text of three columns that is worth sharing, unless it is to be short.</summary>
    private void Write(string kind, bool isWhole = false)
    {
        string separator = kind switch
        {
            "decimal commas" => ";",
            "blanks" => "  ",
            _ => ",",
        };
        string end = kind switch
        {
            "carriage returns alone" => "\r",
            "skipped lines" => "\r\n",
            _ => "\n",
        };
        var text = new StringBuilder(kind switch
        {
            "quoted names" => "\"n\",\"b, or not\",\"c\"\n",
            "names over two lines" => "n,\"b\nb\",c\n",
            "one long remark" => "# " + new string('x', 3 << 20) + "\nn,b,c\n",
            "skipped lines" => "measured 1.2.\r\nby hand\r\nn,b,c\r\n",
            "no names" => string.Empty,
            _ => $"n{separator}b{separator}c{end}",
        });
        for (int row = 1; row <= (kind == "short" ? 50 : Rows); row++)
        {
            string[] cells =
            [
                row.ToString(CultureInfo.InvariantCulture),
                Math.Sin(row).ToString("R", CultureInfo.InvariantCulture),
                !isWhole && row % 1000 == 7 ? "NA" : (row / 64.0).ToString(CultureInfo.InvariantCulture),
            ];
            string line = string.Join(separator, cells);
            text.Append(kind switch
            {
                "decimal commas" => line.Replace('.', ','),
                "remarks and empty lines" when row % 100 == 0 => line + "\n# a remark\n",
                "a quoted line end" when row == 7 => line + "\n8,\"0.5\",\"1\n\"",
                _ => line,
            }).Append(end);
        }

        File.WriteAllText(In("t.csv"), text.ToString());
    }
}
