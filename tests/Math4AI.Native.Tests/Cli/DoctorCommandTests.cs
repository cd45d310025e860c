using System.Text.Json;
using Math4AI.Runtime;

namespace Math4AI.Tests.Cli;

public class DoctorCommandTests
{
    [Fact]
    public void The_json_has_every_promised_member()
    {
        Finished doctor = Repository.Run(Repository.Command, ["doctor", "--json"]);
        JsonElement report = JsonDocument.Parse(doctor.Output).RootElement;
        Assert.True(report.GetProperty("ok").GetBoolean());
        Assert.Equal("Mkl", report.GetProperty("provider").GetString());
        Assert.Contains("Math Kernel Library", report.GetProperty("mklVersion").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(report.GetProperty("processor").GetString()!);
        Assert.NotEmpty(report.GetProperty("instructionSet").GetString()!);
        Assert.Equal(Environment.ProcessorCount, report.GetProperty("threads").GetInt32());
        Assert.True(report.GetProperty("dgemmGflops").GetDouble() > 0);
        Assert.True(report.GetProperty("sgemmGflops").GetDouble() > 0);
        Assert.All(report.GetProperty("checks").EnumerateArray(), check =>
        {
            Assert.True(check.GetProperty("ok").GetBoolean());
            Assert.NotEmpty(check.GetProperty("name").GetString()!);
            Assert.Empty(check.GetProperty("remedy").GetString()!);
        });
    }

    [Fact]
    public void The_table_names_every_check_with_a_tick()
    {
        Finished doctor = Repository.Run(Repository.Command, ["doctor"]);
        Assert.Equal(0, doctor.Code);
        foreach (string name in new[] { "solve a system", "differentiate", "ring", "sound", "GFLOP/s" })
        {
            Assert.Contains(name, doctor.Output, StringComparison.Ordinal);
        }

        Assert.Contains("✓", doctor.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("✗", doctor.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MATH4AI_PROVIDER", "managed")]
    [InlineData("MATH4AI_MKL_DISPATCH", "vendor")]
    public void A_setting_that_costs_speed_is_named(string variable, string value)
    {
        Finished doctor = Repository.Run(Repository.Command, ["doctor", "--json", "--no-speed"], (variable, value));
        JsonElement report = JsonDocument.Parse(doctor.Output).RootElement;
        JsonElement advice = report.GetProperty("speedAdvice");
        Assert.Equal(JsonValueKind.Null, report.GetProperty("dgemmGflops").ValueKind);
        Assert.Contains(variable, Assert.Single(advice.EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MATH4AI_PROVIDER", "foo", "mkl or mathnet or managed")]
    [InlineData("MATH4AI_THREADS", "many", "whole number from 1 on")]
    [InlineData("MATH4AI_MKL_DISPATCH", "intel", "vendor")]
    [InlineData("MATH4AI_DETERMINISTIC", "no", "0 or 1")]
    public void A_setting_that_is_not_valid_ends_with_code_2_and_the_values_that_are(
        string variable, string value, string valid)
    {
        Finished finished = Repository.Run(Repository.Command, ["bench", "--sizes", "8"], (variable, value));
        Assert.Equal(2, finished.Code);
        string error = Assert.Single(finished.Errors.TrimEnd().Split('\n'));
        Assert.Contains($"{variable} is '{value}'", error, StringComparison.Ordinal);
        Assert.Contains(valid, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_there_is_no_MKL_the_packages_that_bring_it_are_named()
    {
        Assert.Contains("MathNet.Numerics.MKL",
            Assert.Single(Compute.Advice(LinearAlgebraBackend.Managed, false, null, null)), StringComparison.Ordinal);
        Assert.Empty(Compute.Advice(LinearAlgebraBackend.Mkl, true, null, null));
        Assert.Empty(Compute.Advice(LinearAlgebraBackend.MathNetNative, false, null, null));
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("doctor", "--frobnicate")]
    public void Unknown_words_end_with_code_2_and_one_line(params string[] words)
    {
        Finished finished = Repository.Run(Repository.Command, words);
        Assert.Equal(2, finished.Code);
        Assert.Contains("frobnicate", Assert.Single(finished.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
