using Math4AI.Data;
using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Data;

/// <summary>Files that people reported as not read, or read wrongly.</summary>
public class CaseFileTests : TemporaryFolder
{
    [Fact]
    public void Integer_arrays_are_tables_matrices_and_samples()
    {
        Table table = Table.Read(Repository.Cases("files", "int.npy"));
        Assert.Equal(["c1", "c2"], table.Names);
        Assert.Equal(20, table.Rows);
        Assert.All(table.Numbers("c1").Concat(table.Numbers("c2")), value => Assert.Equal(Math.Round(value), value));

        Matrix<double> mixing = MatrixFile.Read(Repository.Cases("files", "mixint.npy"));
        Assert.Equal((2, 2), (mixing.RowCount, mixing.ColumnCount));
        Assert.NotEqual(0.0, mixing.Determinant());

        using ISampleFile signals = SampleFile.Open(Repository.Cases("files", "sigint.npy"));
        Assert.Equal((2, 2000L), (signals.Channels, signals.Length));
    }

    [Fact]
    public void The_same_channels_are_the_same_in_every_form()
    {
        Matrix<double> big = MatrixFile.Read(Repository.Cases("signals", "be.npy"));
        Assert.Equal((3, 3000), (big.RowCount, big.ColumnCount));
        Assert.All(big.Enumerate(), value => Assert.InRange(Math.Abs(value), 0.0, 100.0));

        using ISampleFile sixteen = SampleFile.Open(Repository.Cases("signals", "int16.npy"));
        Assert.Equal((3, 3000L), (sixteen.Channels, sixteen.Length));

        using ISampleFile text = SampleFile.Open(Repository.Cases("signals", "channels.csv"));
        Assert.Equal(3, text.Channels);
        double[] first = new double[3];
        text.Read(0, 1, first);
        Assert.Equal([2.891482542442410431e+00, 5.093768598158361360e-01, -9.432452044835227811e-01], first);
    }

    [Fact]
    public void An_archive_has_its_columns_by_name()
    {
        NumberTable table = NumberTable.Read(Repository.Cases("files", "xy.npz"), names => names);
        Assert.Equal(["x", "y"], table.Names);
        Assert.Equal(20, table.Rows);
    }

    [Fact]
    public void A_damaged_archive_is_refused_in_one_sentence()
    {
        string path = Repository.Cases("files", "npz-bad1-7.npz");
        string message = Assert.Throws<InvalidDataException>(() => Table.Read(path)).Message;
        Assert.Contains("x.npy is damaged", message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => SampleFile.Open(path));
    }

    [Theory]
    [InlineData("space.dat")]
    [InlineData("decimal.csv")]
    [InlineData("dates.csv")]
    [InlineData("missing.csv")]
    public void The_same_measurements_are_the_same_however_they_are_written(string name)
    {
        NumberTable table = NumberTable.Read(
            Repository.Cases("fit", name),
            names => names,
            new NumberTableOptions
            {
                DropsMissing = true,
                TakesDates = true,
                Table = new TableOptions { DateOrigin = new DateTime(2026, 1, 1) },
            });
        Assert.Equal([0.0, 1.0], table.Column(table.Names[0]).Take(2));
        Assert.Equal([1.752364507912462, 2.6860758097334645], table.Column("y").Take(2));
        Assert.Equal(name == "missing.csv", table.Dropped > 0);
    }

    [Theory]
    [InlineData("dates.csv", "dates can be read")]
    [InlineData("missing.csv", "can be dropped")]
    public void Dates_and_missing_values_are_refused_unless_asked_for(string name, string way) => Assert.Contains(
        way,
        Assert.Throws<InvalidDataException>(
            () => NumberTable.Read(Repository.Cases("fit", name), names => names)).Message,
        StringComparison.Ordinal);
}
