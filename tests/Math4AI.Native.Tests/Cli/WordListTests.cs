namespace Math4AI.Tests.Cli;

/// <summary>Lists on the command line: commas and spaces separate alike, wherever a list stands.</summary>
public sealed class WordListTests : TemporaryFolder
{
    [Theory]
    [InlineData("rows.csv", "--start", "a=5,b=1")]
    [InlineData("rows.csv", "--start", "a = 5, b = 1")]
    [InlineData("rows.csv", "--start", "a=5 b=1")]
    [InlineData("rows.csv", "--start", "a=5", "b=1")]
    [InlineData("rows.csv", "--start", "a=5,", "b=1")]
    [InlineData("rows.csv", "--start", "a=5", ",b=1")]
    [InlineData("rows.csv", "--start=a=5", "b=1")]
    [InlineData("rows.csv", "--start", "a=5", "--start", "b=1")]
    [InlineData("--start", "a=5", "b=1", "rows.csv")]
    [InlineData("--start", "a=5,b=1", "rows.csv")]
    public void A_start_is_read_from_commas_and_spaces_alike(params string[] words)
    {
        string[] rest = ["--model", "y ~ a*x + b", "--minimizer", "lm", "-o", "out", "--no-report", "--json"];
        Rows();
        Finished run = Repository.Ask(["fit", .. words, .. rest], Folder, Repository.OneThread);
        Assert.True(run.Code == 0, run.Errors);
        Assert.Contains("\"method\": \"lm\"", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--compare", "absolute,huber:1.5")]
    [InlineData("--compare", "absolute huber:1.5")]
    [InlineData("--compare", "absolute", "huber:1.5")]
    public void Distances_are_read_from_commas_and_spaces_alike(params string[] words)
    {
        string[] line = ["fit", "rows.csv", .. words, "--model", "y ~ a*x + b", "-o", "out", "--no-report", "--json"];
        Rows();
        Finished run = Repository.Ask(line, Folder, Repository.OneThread);
        Assert.True(run.Code == 0, run.Errors);
        Assert.Contains("huber:1.5", run.Output, StringComparison.Ordinal);
        Assert.Contains("absolute", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--compare", "constant, kernel ridge,linear")]
    [InlineData("--compare", "constant kernel ridge", "linear")]
    [InlineData("--compare", "constant", "kernel", "ridge", "linear")]
    public void Learners_are_read_from_commas_and_spaces_alike_and_have_spaces_in_their_names(params string[] words)
    {
        string[] line = ["train", "rows.csv", "--target", "y", .. words, "-o", "out", "--no-report", "--json"];
        Rows();
        Finished run = Repository.Ask(line, Folder, Repository.OneThread);
        Assert.True(run.Code == 0, run.Errors);
        Assert.Contains("kernel ridge", run.Output, StringComparison.Ordinal);
        Assert.Contains("linear", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rows.csv", "--bounds", "a=0..1, b=..2")]
    [InlineData("rows.csv", "--bounds", "a = 0 .. 1 b=..2")]
    [InlineData("--bounds", "a=0..1", "b=..2", "rows.csv")]
    public void Bounds_are_read_from_commas_and_spaces_alike(params string[] words)
    {
        string[] rest = ["--model", "y ~ a*x + b", "-o", "out", "--no-report", "--json"];
        Rows();
        Finished run = Repository.Ask(["fit", .. words, .. rest], Folder, Repository.OneThread);
        Assert.True(run.Code == 0, run.Errors);
    }

    [Theory]
    [InlineData("explore", "rows.csv", "--ignore", "z,mass, kg")]
    [InlineData("explore", "rows.csv", "--ignore", "z", "mass, kg")]
    [InlineData("explore", "rows.csv", "--ignore", "z", "--ignore", @"mass\, kg")]
    [InlineData("information", "--ignore", "z", "mass, kg", "rows.csv")]
    public void Columns_are_read_from_commas_and_spaces_alike_and_may_have_either_in_their_names(params string[] words)
    {
        Rows();
        Finished run = Repository.Ask([.. words, "-o", "out", "--no-report"], Folder, Repository.OneThread);
        Assert.True(run.Code == 0, run.Errors);
        string said = run.Output.ReplaceLineEndings(" ");
        Assert.Contains("z (ignored), mass, kg (ignored)", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--monotone", "x=+", "rows.csv")]
    [InlineData("--monotone", "x=+", "z=-", "rows.csv")]
    [InlineData("--monotone", "x=+, z=-", "rows.csv")]
    [InlineData("--missing-tokens", "nothing", "rows.csv")]
    [InlineData("--missing-tokens", "nothing", "none", "rows.csv")]
    [InlineData("--order", "size=S|M|L", "rows.csv")]
    [InlineData("--order", "size=S|M|L", "grade=low|high", "rows.csv")]
    [InlineData("--order", "size=S|M|L,grade=low|high", "rows.csv")]
    [InlineData("--hidden", "4", "rows.csv", "--model", "mlp", "--steps", "2")]
    [InlineData("--hidden", "4", "4", "rows.csv", "--model", "mlp", "--steps", "2")]
    [InlineData("rows.csv", "--hidden", "4", "4", "--model", "mlp", "--steps", "2")]
    public void A_list_of_training_leaves_the_table_to_the_verb(params string[] words)
    {
        string[] sizes = ["S", "M", "L"];
        IEnumerable<string> rows = Enumerable.Range(0, 40).Select(
            i => $"{i},{i % 7},{sizes[i % 3]},{(i % 2 == 0 ? "low" : "high")},{0.5 * i + i % 3}");
        File.WriteAllLines(In("rows.csv"), rows.Prepend("x,z,size,grade,y"));
        string[] model = words.Contains("--model") ? [] : ["--model", "trees"];
        Finished run = Repository.Ask(
            ["train", "--target", "y", .. words, .. model, "-o", "out", "--no-report", "--json"], Folder,
            Repository.OneThread);
        Assert.True(run.Code == 0, run.Errors);
    }

    [Fact]
    public void An_option_that_may_stand_alone_leaves_the_table_to_the_verb()
    {
        Rows();
        string[] rest = ["--model", "y ~ a*x + b", "-o", "out", "--no-report", "--json"];
        Finished run = Repository.Ask(["fit", "--posterior", "rows.csv", .. rest], Folder, Repository.OneThread);
        Assert.True(run.Code == 0, run.Errors);
        Assert.Contains("\"posterior\"", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "'x' is not a value for --perplexity: a number is needed.", "map", "--perplexity", "5,x")]
    [InlineData(1, "so write 'x,z'.", "explore", "--ignore", "x, z")]
    public void A_list_that_cannot_be_read_is_told_how_to_be_written(int code, string said, params string[] words)
    {
        Rows();
        Finished run = Repository.Ask([words[0], "rows.csv", .. words[1..]], Folder, Repository.OneThread);
        Assert.Equal(code, run.Code);
        Assert.Contains(said, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_that_belongs_nowhere_is_refused_as_it_was_written()
    {
        Rows();
        string[] line = ["fit", "rows.csv", "--start", "a=5", "b=1", "--model", "y ~ a*x", "extra"];
        Finished run = Repository.Ask(line, Folder, Repository.OneThread);
        Assert.Equal(2, run.Code);
        Assert.Contains("Unrecognized command or argument 'b=1'.", run.Errors, StringComparison.Ordinal);
    }

    private void Rows()
    {
        IEnumerable<string> rows = Enumerable.Range(0, 40).Select(i => $"{i},{0.5 * i + i % 3},{i * i % 7},{i % 5}");
        File.WriteAllLines(In("rows.csv"), rows.Prepend("x,y,z,\"mass, kg\""));
    }
}
