using System.Text;

namespace Math4AI.Reporting.Charts;

/// <summary>The style and the scripts that pages carry inside themselves.</summary>
internal static class PageAssets
{
    private static readonly Lazy<string> Library = new(() => Read("uPlot.iife.min.js"));

    private static readonly Lazy<string> Own = new(
        () => $"(() => {{\n'use strict';\n{Read("axes.js")}\n{Read("layers.js")}\n{Read("chart.js")}\n"
            + $"{Read("players.js")}\n}})();\n");

    /// <summary>Gets the style of every page.</summary>
    public static string Style => Read("page.css");

    /// <summary>Gets the markup of the style and the scripts of charts, with the license of the library.</summary>
    public static string ChartMarkup =>
        $"<!-- Charts by uPlot 1.6.32.\n{Read("uPlot.LICENSE.txt")}\n-->\n<style>{Read("uPlot.min.css")}</style>\n"
        + $"<script>{Library.Value}</script>\n<script>{Own.Value}</script>\n";

    /// <summary>Gets the sources of scripts for a content security policy: the hash of each script's text.</summary>
    public static string ScriptSources => $"{Hash(Library.Value)} {Hash(Own.Value)}";

    private static string Hash(string script) =>
        $"'sha256-{Convert.ToBase64String(Sha256.Hash(Encoding.UTF8.GetBytes(script)))}'";

    private static string Read(string name)
    {
        using Stream stream =
            typeof(PageAssets).Assembly.GetManifestResourceStream($"Math4AI.Reporting.Assets.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
