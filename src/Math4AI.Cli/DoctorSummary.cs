using Math4AI.Runtime;

namespace Math4AI.Cli;

/// <summary>One line of <c>math4ai doctor</c>.</summary>
internal sealed record DoctorCheck(string Name, bool Ok, string Detail, string Remedy);

/// <summary>What <c>math4ai doctor --json</c> prints.</summary>
internal sealed record DoctorSummary(
    bool Ok,
    string Provider,
    string MklVersion,
    string Processor,
    string InstructionSet,
    int Threads,
    double? DgemmGflops,
    double? SgemmGflops,
    IReadOnlyList<string> SpeedAdvice,
    IReadOnlyList<DoctorCheck> Checks)
{
    /// <param name="withSpeed">Whether the speed is measured, which takes seconds where no MKL is loaded.</param>
    public static DoctorSummary Examine(bool withSpeed)
    {
        DoctorCheck[] checks =
        [
            .. Compute.StartupSteps.Concat(SelfCheck.Run())
                .Select(step => new DoctorCheck(step.Name, step.Ok, step.Detail, step.Remedy)),
        ];
        return new DoctorSummary(
            checks.All(check => check.Ok),
            Compute.Provider.ToString(),
            Compute.MklVersion,
            Compute.Processor,
            Compute.InstructionSet,
            Compute.Threads,
            withSpeed ? PeakSpeed.MeasureGflops<double>() : null,
            withSpeed ? PeakSpeed.MeasureGflops<float>() : null,
            Compute.SpeedAdvice(),
            checks);
    }
}
