namespace Math4AI.Tests.Cli;

public sealed class ProcessStartTests : TemporaryFolder
{
    public static TheoryData<string> Closed { get; } =
        new("<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-");

    [Theory]
    [MemberData(nameof(Closed))]
    public void A_fit_without_a_standard_file_writes_its_result(string closed)
    {
        File.WriteAllText(In("line.csv"), "x,y\n1,2.1\n2,3.9\n3,6.2\n4,7.8\n5,10.1\n");
        Finished run = Shell($"fit line.csv --model 'y ~ a*x + b' --no-report -o out {closed}");
        Assert.True(run.Code == 0, run.Errors);
        Assert.Contains("\"a\"", File.ReadAllText(In("out/result.json")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Closed))]
    public void A_failure_without_a_standard_file_has_its_exit_code(string closed)
    {
        Finished run = Shell($"fit missing.csv --model 'y ~ a*x + b' {closed}");
        Assert.Equal(1, run.Code);
        Assert.Equal(closed.Contains("2>", StringComparison.Ordinal), run.Errors.Length == 0);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(40)]
    [InlineData(48)]
    [InlineData(64)]
    public void A_limit_of_open_files_that_is_too_low_is_said_in_one_sentence(int limit)
    {
        Finished run = Repository.Run(
            "/bin/sh", ["-c", $"ulimit -n {limit}; exec '{Repository.Command}' doctor"], Folder);
        Assert.Equal(1, run.Code);
        Assert.Contains("ulimit -n", Assert.Single(run.Errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    private Finished Shell(string words) =>
        Repository.Run("/bin/sh", ["-c", $"exec '{Repository.Command}' {words}"], Folder);
}
