using Math4AI.Data;

namespace Math4AI.Tests.Cli;

public sealed class CommonOptionTests : TemporaryFolder
{
    [Theory]
    [InlineData("0", "'--threads' takes a whole number from 1 on.")]
    [InlineData("-3", "'--threads' takes a whole number from 1 on.")]
    [InlineData("x", "'x' is not a value for --threads")]
    [InlineData("1.5", "'1.5' is not a value for --threads")]
    [InlineData("99999999999999999999", "is not a value for --threads")]
    public void A_number_of_threads_that_cannot_be_is_refused_in_one_sentence(string threads, string says)
    {
        Finished run = Repository.Ask(["doctor", "--threads", threads]);
        Assert.Equal(2, run.Code);
        Assert.Contains(says, run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.Trim().Split('\n'));
    }

    [Fact]
    public void More_threads_than_processors_are_taken()
    {
        Finished run = Repository.Run(Repository.Command, ["doctor", "--json", "--no-speed", "--threads", "3"]);
        Assert.Equal(0, run.Code);
        Assert.Contains("\"threads\": 3", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Did you mean '--target'?", "train", "rows.csv", "--targt", "y")]
    [InlineData("Did you mean '--learning-curve'?", "train", "rows.csv", "--leraning-curve")]
    [InlineData("Did you mean 'separate'?", "spearate", "mix.wav")]
    [InlineData("Did you mean '--version'?", "--vers")]
    [InlineData("Did you mean 'fit'?", "help", "fitt")]
    [InlineData("Did you mean 'train'?", "trian", "--help")]
    [InlineData("Did you mean '--version'?", "version")]
    [InlineData("Did you mean '--target'?", "train", "rows.csv", "target", "y")]
    [InlineData("'--model' needs FORMULA.", "fit", "rows.csv", "--model")]
    [InlineData("'--xyzzy'. See", "train", "rows.csv", "--xyzzy")]
    [InlineData("'predict' needs MODEL and DATA.", "predict")]
    public void A_mistyped_word_is_answered_with_the_nearest_one(string says, params string[] words)
    {
        Finished run = Repository.Ask(words);
        Assert.Equal(2, run.Code);
        Assert.Contains(says, run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("math4ai [command]")]
    [InlineData("math4ai [command]", "help")]
    [InlineData("math4ai fit", "help", "fit")]
    public void Help_is_also_a_word_and_what_no_word_means(string says, params string[] words)
    {
        Finished run = Repository.Ask(words);
        Assert.Equal(0, run.Code);
        Assert.Contains(says, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fit", "rows.csv", "--model", "y ~ a*x")]
    [InlineData("train", "rows.csv", "--target", "y", "--model", "ridge")]
    [InlineData("explore", "rows.csv")]
    public void The_page_of_an_earlier_run_does_not_stand_beside_the_result_of_another(params string[] words)
    {
        File.WriteAllLines(In("rows.csv"), Enumerable.Range(0, 60).Select(i => $"{i},{2 * i + i % 3}").Prepend("x,y"));
        Directory.CreateDirectory(In("out"));
        File.WriteAllText(In("out/report.html"), "earlier");
        string[] all = [.. words, "-o", "out", "--no-report"];
        Finished refused = Repository.Ask(all, Folder, Repository.OneThread);
        Assert.Equal(1, refused.Code);
        Assert.Contains("report.html exists already", refused.Errors, StringComparison.Ordinal);
        Finished run = Repository.Ask([.. all, "--force"], Folder, Repository.OneThread);
        Assert.True(run.Code == 0, run.Errors);
        Assert.True(File.Exists(In("out/result.json")));
        Assert.False(File.Exists(In("out/report.html")));
    }

    [Theory]
    [InlineData("4,16")]
    [InlineData("4,", "16")]
    public void A_list_of_numbers_takes_commas_and_spaces(params string[] sizes)
    {
        Finished run = Repository.Ask(["bench", "gemm", "--json", "--sizes", .. sizes], Repository.OneThread);
        Assert.Equal(0, run.Code);
        Assert.Contains("\"size\": 4,", run.Output, StringComparison.Ordinal);
        Assert.Contains("\"size\": 16,", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fit", "rows.csv", "--model", "y ~ a*x")]
    [InlineData("train", "rows.csv", "--target", "y")]
    [InlineData("separate", "rows.csv")]
    public void A_second_run_into_one_folder_is_refused_before_it_reads(params string[] words)
    {
        using var first = new FileTransaction();
        first.Claim(In("out"));
        Finished second = Repository.Ask([.. words, "-o", "out"], Folder);
        Assert.Equal(1, second.Code);
        Assert.Contains("Another run is writing to out", second.Errors, StringComparison.Ordinal);
    }
}
