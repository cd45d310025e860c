using System.Text.Json;

namespace Math4AI.Tests.Cli;

public class BenchCommandTests
{
    [Fact]
    public void The_json_is_a_list_with_the_promised_members()
    {
        Finished bench = Repository.Ask(["bench", "gemm", "--sizes", "8", "64", "--json"]);
        Assert.True(bench.Code == 0, bench.Errors);
        JsonElement[] rows = [.. JsonDocument.Parse(bench.Output).RootElement.EnumerateArray()];
        Assert.Equal([8, 64], rows.Select(row => row.GetProperty("size").GetInt32()));
        foreach (JsonElement row in rows)
        {
            Assert.Equal("gemm", row.GetProperty("operation").GetString());
            double managed = row.GetProperty("managedSeconds").GetDouble(),
                native = row.GetProperty("nativeSeconds").GetDouble();
            Assert.True(managed > 0 && native > 0);
            Assert.Equal(managed / native, row.GetProperty("speedup").GetDouble(), 1e-9);
            int size = row.GetProperty("size").GetInt32();
            Assert.Equal(2.0 * size * size * size / native / 1e9, row.GetProperty("nativeGflops").GetDouble(), 1e-9);
            Assert.True(row.GetProperty("shareOfPeak").GetDouble() > 0);
        }
    }

    [Theory]
    [InlineData("gauss", "bench", "gauss")]
    [InlineData("--sizes", "bench", "svd", "--sizes", "0")]
    [InlineData("32768", "bench", "gemm", "--sizes", "65536")]
    public void Wrong_words_end_with_code_2_and_one_line(string word, params string[] words)
    {
        Finished finished = Repository.Ask(words);
        Assert.Equal(2, finished.Code);
        Assert.Contains(word, Assert.Single(finished.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
