using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Unsupervised;
using Math4AI.Unsupervised.Codes;

namespace Math4AI.Tests.Unsupervised;

public sealed class TableCodeTests : TemporaryFolder
{
    [Fact]
    public void A_row_off_the_curve_of_the_others_is_reconstructed_badly_by_a_saved_code_too()
    {
        double[] t = [.. Enumerable.Range(0, 200).Select(i => i / 100.0 - 1.0)];
        double[] bent = [.. t.Select(x => 50.0 * x * x)];
        Table table = Table.OfNumbers([("t", t), ("bent", bent), ("same", [.. t.Select(_ => 1.0)])]);
        CodedTable found = new TableCoding
        {
            Method = new Autoencoder(1)
            {
                Hidden = [32],
                Training = new TrainerOptions { Epochs = 60, Rate = 1e-2, WeightDecay = 0.0 },
            },
        }.Fit(DataRows.Of(table));
        Assert.Equal(200, found.Worst.Count);
        Assert.Equal("same (constant)", Assert.Single(found.LeftOut.Select(c => $"{c.Name} ({c.Reason})")));
        using (var files = new FileTransaction(replace: false))
        {
            found.Model.Save(In("model"), files);
            files.Commit();
        }

        var read = (TableCode)ModelFolder.Open(In("model"));
        Assert.Equal(found.Codes, read.Encode(table));
        File.WriteAllLines(In("rows.csv"), ["bent,t", "100,0"]);
        FilePredictions predicted = read.PredictFile(In("rows.csv"));
        Assert.Equal(["code 1", "anomaly"], predicted.Columns);
        Assert.True(predicted.Values[0][1] > 5.0 * found.Anomalies.Average());
    }

    [Theory]
    [InlineData(1, 1, "There is one column, 'c1', of which no code is shorter.")]
    [InlineData(2, 2, "A code of 2 is not shorter than the rows, which have 2 columns (c1, c2): ask for fewer")]
    [InlineData(3, 99, "A code of 99 is not shorter than the rows, which have 3 columns (c1, c2, c3): ask for fewer")]
    public void A_code_that_is_not_shorter_than_the_rows_is_refused(int columns, int size, string part)
    {
        Table table = Table.OfNumbers([.. Enumerable.Range(1, columns).Select(c =>
            ($"c{c}", (double[])[.. Enumerable.Range(0, 30).Select(i => Math.Sin(c * c * i))]))]);
        Assert.StartsWith(part, Assert.Throws<ArgumentException>(
            () => new TableCoding { Method = new Autoencoder(size) }.Fit(DataRows.Of(table))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_rows_and_missing_values_are_refused()
    {
        Assert.Contains("too few", Assert.Throws<ArgumentException>(() => new TableCoding().Fit(DataRows.Of(
            Table.OfNumbers([("x", [1.0, 5.0, 2.0])])))).Message, StringComparison.Ordinal);
        Assert.Contains("Row 2 has no value", Assert.Throws<ArgumentException>(() => new TableCoding().Fit(DataRows.Of(
            Table.OfNumbers([("x", [1.0, double.NaN, 5.0])])))).Message, StringComparison.Ordinal);
    }
}
