using Math4AI.Kernels.GaussianProcesses;

namespace Math4AI.Reporting;

/// <summary>A report of a law and the Gaussian process of what it misses, as one self-contained HTML page.</summary>
public sealed record ProcessReport
{
    /// <summary>Gets the fit.</summary>
    public required FormulaProcessFit Fit { get; init; }

    /// <summary>Gets the process as it is shown.</summary>
    public required ProcessView View { get; init; }

    /// <summary>Gets the command that was run, as the user typed it.</summary>
    public required string Command { get; init; }

    /// <summary>Returns the page, which opens without a network.</summary>
    public string ToHtml()
    {
        using var page = new Html();
        page.Add("<h1>Fit</h1>")
            .Add($"<p><code>{Html.Escape(Fit.Formula)}</code></p>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(Facts());
        if (Fit.Warning is { } warning)
        {
            page.Add($"<p class=\"note\">{Html.Escape(warning)}</p>");
        }

        Parameters(page);
        ProcessSections.Add(page, ViewInUnits(), Fit.InputNames, Fit.Formula.Split('~')[0].Trim());
        return page.Page("Fit");
    }

    /// <summary>The view, whose parts name the kernel as the head of the page does, in the units of the data.</summary>
    private ProcessView ViewInUnits() => Fit.KernelInUnits is not { } kernel
        ? View
        : View with
        {
            Slices =
            [
                .. View.Slices.Select(slice => slice with
                {
                    Parts = slice.Parts.Count == kernel.Terms.Count
                        ? [.. slice.Parts.Zip(
                            kernel.Terms, (part, term) => part with { Kernel = term.ToString(Fit.InputNames) })]
                        : slice.Parts,
                }),
            ],
        };

    private IEnumerable<(string Name, string Value)> Facts()
    {
        yield return (
            "process",
            Fit.KernelInUnits is { } kernel
                ? kernel.ToString(Fit.InputNames)
                : $"{Fit.Kernel.ToString(Fit.InputNames)} of standardized columns");
        yield return ("noise", $"± {Html.Number(Fit.NoiseDeviation)}");
        yield return (Fit.Sparse is null ? "log evidence" : "log evidence, at least", Html.Number(Fit.LogEvidence));
    }

    private void Parameters(Html page)
    {
        if (Fit.ParameterNames.Count == 0)
        {
            return;
        }

        page.Heading("Parameters of the law")
            .Add("<div class=\"card scroll\"><table><tr><th></th><th>value</th><th>standard error</th></tr>");
        for (int i = 0; i < Fit.ParameterNames.Count; i++)
        {
            string error = Fit.StandardErrors is { } errors ? Html.Number(errors[i]) : string.Empty;
            page.Add($"<tr><th>{Html.Escape(Fit.ParameterNames[i])}</th><td>{Html.Number(Fit.Parameters[i])}</td>"
                + $"<td>{error}</td></tr>");
        }

        page.Add("</table></div>");
    }
}
