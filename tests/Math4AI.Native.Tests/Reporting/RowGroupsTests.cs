using Math4AI.Data.Tables;
using Math4AI.Reporting;

namespace Math4AI.Tests.Reporting;

public class RowGroupsTests
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, 60)];

    [Fact]
    public void Classes_keep_their_names_and_few_numbers_ascend()
    {
        var table = Table.OfTexts(
        [
            ("class", [.. AllRows.Select(i => i == 7 ? null : i % 2 == 0 ? "b" : "a")]),
            ("level", [.. AllRows.Select(i => i == 7 ? null : $"{10 - i % 3}")]),
        ]);
        RowGroups classes = RowGroups.Of(table, "class", AllRows);
        Assert.Equal(["a", "b", "(missing)"], classes.Names);
        Assert.Equal([1, 0, 1, 0, 1, 0, 1, 2], classes.Groups.Take(8));
        RowGroups levels = RowGroups.Of(table, "level", [0, 1, 2, 7]);
        Assert.Equal(["8", "9", "10", "(missing)"], levels.Names);
        Assert.Equal([2, 1, 0, 3], levels.Groups);
        Assert.False(levels.AreRanges);
    }

    [Fact]
    public void Many_classes_leave_the_largest_and_others()
    {
        var table = Table.OfTexts([("word", [.. AllRows.Select(i => $"w{i % 20 / (i < 40 ? 1 : 2):00}")])]);
        RowGroups groups = RowGroups.Of(table, "word", AllRows);
        Assert.Equal(13, groups.Names.Count);
        Assert.Equal("w00", groups.Names[0]);
        Assert.Equal("others", groups.Names[^1]);
    }

    [Fact]
    public void Many_numbers_become_ranges_of_as_many_rows()
    {
        var table = Table.OfNumbers([("x", [.. AllRows.Select(i => i == 59 ? double.NaN : (i * 7 % 59) / 2.0)])]);
        RowGroups groups = RowGroups.Of(table, "x", AllRows);
        Assert.True(groups.AreRanges);
        Assert.Equal(7, groups.Names.Count);
        Assert.Equal("0 to 4.5", groups.Names[0]);
        Assert.Equal("(missing)", groups.Names[^1]);
        Assert.Equal(6, groups.Groups[59]);
        Assert.All(groups.Groups.Take(59).CountBy(group => group), pair => Assert.InRange(pair.Value, 9, 10));
        Assert.All(AllRows.SkipLast(1), i => Assert.All(AllRows.SkipLast(1), j =>
            Assert.True(i * 7 % 59 > j * 7 % 59 || groups.Groups[i] <= groups.Groups[j])));

        // Where one number is most of them, there are fewer ranges.
        var equal = Table.OfNumbers([("x", [.. AllRows.Select(i => i < 45 ? 1.0 : i)])]);
        RowGroups few = RowGroups.Of(equal, "x", AllRows);
        Assert.Equal(["1", "45 to 50", "51 to 59"], few.Names);
    }
}
