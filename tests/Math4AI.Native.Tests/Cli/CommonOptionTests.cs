namespace Math4AI.Tests.Cli;

public class CommonOptionTests
{
    [Theory]
    [InlineData("0", "'--threads' takes a whole number from 1 on.")]
    [InlineData("-3", "'--threads' takes a whole number from 1 on.")]
    [InlineData("x", "'x' is not a value for --threads")]
    [InlineData("1.5", "'1.5' is not a value for --threads")]
    [InlineData("99999999999999999999", "is not a value for --threads")]
    public void A_number_of_threads_that_cannot_be_is_refused_in_one_sentence(string threads, string says)
    {
        Finished run = Repository.Run(Repository.Command, ["doctor", "--threads", threads]);
        Assert.Equal(2, run.Code);
        Assert.Contains(says, run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.Trim().Split('\n'));
    }

    [Fact]
    public void More_threads_than_processors_are_taken()
    {
        Finished run = Repository.Run(Repository.Command, ["doctor", "--json", "--threads", "3"]);
        Assert.Equal(0, run.Code);
        Assert.Contains("\"threads\": 3", run.Output, StringComparison.Ordinal);
    }
}
